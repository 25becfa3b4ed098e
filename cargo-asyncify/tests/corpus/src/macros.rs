//! Code inside of macros.

pub mod b701_println {
    pub async fn case() {
        println!("{}", std::fs::read("a").unwrap().len());
    }
}

pub mod b702_format {
    pub async fn case() -> String {
        format!("{:?}", std::fs::metadata("a"))
    }
}

pub mod b703_vec {
    pub async fn case() -> Vec<Vec<u8>> {
        vec![std::fs::read("a").unwrap()]
    }
}

pub mod b704_assert {
    pub async fn case(path: &std::path::Path) {
        assert!(path.exists());
    }
}

pub mod b705_macro_of_our_own {
    macro_rules! load {
        ($path:expr) => {
            std::fs::read($path)
        };
    }
    pub async fn case() {
        let _ = load!("a");
    }
}

pub mod b706_function_from_a_macro {
    macro_rules! loader {
        ($name:ident) => {
            pub async fn $name() {
                let _ = std::fs::read("a");
            }
        };
    }
    loader!(case);
}

pub mod b707_select {
    pub async fn case() {
        tokio::select! {
            () = async {} => { let _ = std::fs::read("a"); }
            () = async {} => {}
        }
    }
}

pub mod b708_join {
    pub async fn case() {
        tokio::join!(async { std::fs::read("a") }, async {});
    }
}

pub mod b709_attribute_of_the_runtime {
    #[tokio::test]
    async fn not_built() {}

    pub mod inner {
        #[tokio::main]
        pub async fn case() {
            loop {
                let _ = std::fs::read("a");
            }
        }
    }
}

pub mod b710_pin {
    pub async fn case() {
        let future = std::pin::pin!(async { std::fs::read("a") });
        let _ = future.await;
    }
}
