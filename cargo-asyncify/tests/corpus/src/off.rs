//! Code that runs on another thread.

pub mod n001_spawn_blocking {
    pub async fn case() {
        let _ = tokio::task::spawn_blocking(|| std::fs::read("a")).await;
    }
}

pub mod n002_asyncify {
    pub async fn case() {
        let _ = asyncify_runtime::asyncify!(std::fs::read("a")).await;
    }
}

pub mod n003_sync_to_async {
    #[asyncify_runtime::sync_to_async]
    fn load() -> Vec<u8> {
        std::fs::read("a").unwrap()
    }
    pub async fn case() {
        let _ = load().await;
    }
}

pub mod n004_thread {
    pub async fn case() {
        std::thread::spawn(|| std::fs::read("a"));
    }
}

pub mod n005_thread_builder {
    pub async fn case() {
        let _ = std::thread::Builder::new().spawn(|| std::fs::read("a"));
    }
}

pub mod n006_block_in_place {
    pub async fn case() {
        tokio::task::block_in_place(|| std::fs::read("a")).unwrap();
    }
}

pub mod n007_function_that_hands_on {
    fn run<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        tokio::task::spawn_blocking(work)
    }
    pub async fn case() {
        let _ = run(|| std::fs::read("a")).await;
    }
}

pub mod n008_function_that_hands_on_in_a_closure {
    async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        tokio::task::spawn_blocking(move || work()).await.unwrap()
    }
    pub async fn case() {
        let _ = run(|| std::fs::read("a")).await;
    }
}

pub mod n009_function_of_a_dependency {
    pub async fn case() {
        dependency::elsewhere(|| std::fs::read("a"));
    }
}

pub mod n010_closure_in_a_variable {
    pub async fn case() {
        let load = || std::fs::read("a");
        let _ = tokio::task::spawn_blocking(load).await;
    }
}

pub mod n011_function_as_an_argument {
    fn load() {
        let _ = std::fs::read("a");
    }
    pub async fn case() {
        let _ = tokio::task::spawn_blocking(load).await;
    }
}

pub mod n012_rayon {
    pub async fn case() {
        rayon::spawn(|| drop(std::fs::read("a")));
    }
}

pub mod n013_join_set {
    pub async fn case(tasks: &mut tokio::task::JoinSet<()>) {
        tasks.spawn_blocking(|| drop(std::fs::read("a")));
    }
}

pub mod n014_block_on_off_the_loop {
    pub async fn case() {
        let handle = tokio::runtime::Handle::current();
        let _ = tokio::task::spawn_blocking(move || {
            handle.block_on(async { std::fs::read("a") })
        })
        .await;
    }
}

pub mod n015_sync_function_that_nobody_awaits {
    pub fn case() {
        let _ = std::fs::read("a");
    }
}

pub mod n016_sync_function_within {
    pub async fn case() {
        fn inner() {
            let _ = std::fs::read("a");
        }
        let _ = tokio::task::spawn_blocking(inner).await;
    }
}

pub mod n017_two_functions_that_hand_on {
    fn outer(work: impl FnOnce() + Send + 'static) {
        inner(work);
    }
    fn inner(work: impl FnOnce() + Send + 'static) {
        std::thread::spawn(work);
    }
    pub async fn case() {
        outer(|| drop(std::fs::read("a")));
    }
}

pub mod n018_asyncify_of_a_closure_body {
    pub async fn case(path: std::path::PathBuf) {
        let _ = asyncify_runtime::asyncify!({
            let text = std::fs::read(path)?;
            std::fs::write("b", text)
        })
        .await;
    }
}

pub mod n019_called_only_without_a_runtime {
    async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(work).await.unwrap(),
            Err(_) => work(),
        }
    }
    pub async fn case() {
        let _ = run(|| std::fs::read("a")).await;
    }
}

pub mod n020_code_without_a_runtime {
    struct Upload;
    impl Drop for Upload {
        fn drop(&mut self) {
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn_blocking(|| std::fs::remove_file("a"));
            } else {
                let _ = std::fs::remove_file("a");
            }
        }
    }
    pub async fn case() {
        let upload = Upload;
        drop(upload);
        let _second = Upload;
    }
}

pub mod n021_code_after_other_checks_for_a_runtime {
    fn first() {
        let Ok(_runtime) = tokio::runtime::Handle::try_current() else {
            return drop(std::fs::read("a"));
        };
    }
    fn second() {
        if tokio::runtime::Handle::try_current().is_err() {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case() {
        first();
        second();
    }
}
