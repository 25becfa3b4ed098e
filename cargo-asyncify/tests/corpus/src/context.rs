//! Places where code is polled.

use std::fs;

pub mod b101_async_block {
    pub fn case() -> impl Future {
        async { std::fs::read("a") }
    }
}

pub mod b102_async_move_block_that_is_spawned {
    pub fn case() {
        tokio::spawn(async move {
            let _ = std::fs::read("a");
        });
    }
}

pub mod b103_async_closure {
    pub fn case() -> impl AsyncFn() {
        async || {
            let _ = std::fs::read("a");
        }
    }
}

pub mod b104_closure_with_an_async_block {
    pub fn case() {
        let run = |path: &'static str| async move { std::fs::read(path) };
        let _ = run("a");
    }
}

pub mod b105_poll_of_a_future {
    use std::{pin::Pin, task::{Context, Poll}};
    pub struct Wait;
    impl Future for Wait {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            std::thread::sleep(std::time::Duration::from_secs(1));
            Poll::Ready(())
        }
    }
}

pub mod b106_poll_next_of_a_stream {
    use std::{pin::Pin, task::{Context, Poll}};
    pub struct Lines;
    impl futures::Stream for Lines {
        type Item = Vec<u8>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
            Poll::Ready(std::fs::read("a").ok())
        }
    }
}

pub mod b107_method_of_an_impl {
    pub struct Store;
    impl Store {
        pub async fn case(&self) {
            let _ = std::fs::read("a");
        }
    }
}

pub mod b108_async_fn_in_a_trait {
    pub trait Store {
        async fn case(&self);
    }
    pub struct Files;
    impl Store for Files {
        async fn case(&self) {
            let _ = std::fs::read("a");
        }
    }
}

pub mod b109_provided_async_method {
    pub trait Store {
        async fn case(&self) {
            let _ = std::fs::read("a");
        }
    }
}

pub mod b110_async_trait {
    #[async_trait::async_trait]
    pub trait Store {
        async fn case(&self);
    }
    pub struct Files;
    #[async_trait::async_trait]
    impl Store for Files {
        async fn case(&self) {
            let _ = std::fs::read("a");
        }
    }
}

pub mod b111_async_fn_in_a_function {
    pub fn case() {
        async fn inner() {
            let _ = std::fs::read("a");
        }
        let _ = inner();
    }
}

pub mod b112_in_a_loop {
    pub async fn case() {
        for path in ["a", "b"] {
            let _ = std::fs::read(path);
        }
    }
}

pub mod b113_in_a_match_arm {
    pub async fn case(found: Option<u8>) {
        match found {
            Some(_) => {}
            None => drop(std::fs::read("a")),
        }
    }
}

pub mod b114_in_a_condition {
    pub async fn case() -> u8 {
        if let Ok(text) = std::fs::read("a") { text[0] } else { 0 }
    }
}

pub mod b115_generic_async_fn {
    pub async fn case<P: AsRef<std::path::Path>>(path: P) {
        let _ = std::fs::read(path);
    }
}

pub mod b116_in_let_else {
    pub async fn case() {
        let Ok(_text) = std::fs::read("a") else { return };
    }
}

pub mod b117_boxed_future {
    use std::pin::Pin;
    pub fn case() -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async {
            let _ = std::fs::read("a");
        })
    }
}

pub mod b118_future_combinator {
    use futures::FutureExt;
    pub async fn case() {
        async {}.map(|()| std::fs::read("a")).await.unwrap();
    }
}

pub mod b119_impl_in_a_function {
    pub fn case() {
        struct Inner;
        impl Inner {
            async fn run(&self) {
                let _ = std::fs::read("a");
            }
        }
        let _ = Inner.run();
    }
}

pub mod b120_code_with_a_runtime {
    pub async fn case() {
        match tokio::runtime::Handle::try_current() {
            Ok(_) => drop(std::fs::read("a")),
            Err(_) => {}
        }
    }
}

pub mod b121_function_of_a_dependency_that_is_spawned {
    pub fn case() {
        tokio::spawn(dependency::load_async("a".as_ref()));
    }
}
