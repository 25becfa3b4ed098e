//! What `async_safe` leaves alone: right code, and code of which it cannot be told.

#![deny(warnings)]
#![allow(dead_code, reason = "that it compiles is the test")]
#![allow(clippy::pedantic, reason = "a case is no longer than it has to be")]
#![allow(clippy::await_holding_lock, reason = "it does not know `drop`")]

use asyncify_runtime::async_safe;

/// Blocking code that runs elsewhere.
#[async_safe]
mod elsewhere {
    use std::{fs, io, thread};

    use asyncify_runtime::{BlockingCall, asyncify, spawn_blocking, sync_to_async};

    async fn in_the_inline_macro() -> io::Result<()> {
        asyncify!(fs::write("a", "b")).await?;
        asyncify!({ fs::read("a").map(drop) }).await
    }

    async fn in_calls_that_take_closures() {
        let _ = spawn_blocking(|| fs::read("a")).await;
        let _ = BlockingCall::new(|| fs::read("a")).await;
        thread::spawn(|| fs::read("a"));
        thread::Builder::new().spawn(move || thread::sleep(std::time::Duration::MAX)).unwrap();
    }

    #[sync_to_async]
    fn in_an_annotated_function() -> io::Result<Vec<u8>> {
        fs::read("a")
    }

    #[sync_to_async]
    async fn in_an_annotated_async_function() -> io::Result<Vec<u8>> {
        fs::read("a")
    }

    struct Store;

    #[sync_to_async(suffix = "_async")]
    impl Store {
        fn in_an_annotated_block() -> io::Result<Vec<u8>> {
            fs::read("a")
        }
    }

    async fn in_a_sync_function_within() -> usize {
        fn size() -> usize {
            fs::read("a").unwrap().len()
        }
        asyncify!(size()).await
    }

    fn in_a_sync_function() -> io::Result<Vec<u8>> {
        fs::read("a")
    }
}

/// Names that mean something else.
#[async_safe]
mod shadowed {
    mod tokio {
        pub(super) mod fs {
            pub(in super::super) async fn read(_: &str) -> Result<Vec<u8>, ()> {
                Ok(Vec::new())
            }
            pub(in super::super) async fn write(_: &str) -> Result<(), ()> {
                Ok(())
            }
        }
        pub(super) struct File;
        impl File {
            pub(in super::super) fn open(_: &str) -> Self {
                Self
            }
            pub(in super::super) async fn read(&self) {}
        }
    }

    use std::thread::*;

    use self::tokio::File;
    use self::tokio::fs::{self, read};

    fn sleep() {}

    async fn by_uses() {
        read("a").await.unwrap();
        fs::write("a").await.unwrap();
        File::open("a").read().await;
    }

    async fn by_items() {
        fn remove_file(_: &str) {}
        sleep();
        yield_now();
        remove_file("a");
    }

    async fn by_variables() {
        use std::thread::park;
        let _: fn() = park;
        let park = || ();
        park();
    }
}

/// Locks that are let go of in time.
#[async_safe]
mod locks {
    use std::sync::Mutex;

    async fn pause() {}

    async fn without_an_await(count: &Mutex<u32>) {
        *count.lock().unwrap() += 1;
        let mut count = count.lock().unwrap();
        *count += 1;
    }

    async fn dropped_before(count: &Mutex<u32>) {
        let mut guard = count.lock().unwrap();
        *guard += 1;
        drop(guard);
        pause().await;
    }

    async fn dropped_by_a_block(count: &Mutex<u32>) {
        {
            let mut guard = count.lock().unwrap();
            *guard += 1;
        }
        let copy = *count.lock().unwrap();
        pause().await;
        assert_eq!(copy, 8);
    }

    async fn awaited_by_others(count: &Mutex<u32>) -> impl Future<Output = ()> {
        let mut guard = count.lock().unwrap();
        *guard += 1;
        async { pause().await }
    }
}

/// What lies out of view.
mod unseen {
    use super::async_safe;

    mod fs {
        pub(super) fn read(_: &str) -> impl Future<Output = ()> {
            std::future::ready(())
        }
    }

    #[async_safe]
    async fn might_be_futures() {
        let first = fs::read("a");
        fs::read("b").await;
        first.await;
    }
}

/// What the user has decided.
#[async_safe(allow(std::fs, std::io::Stdin::read_line))]
mod allowed {
    async fn by_an_argument() {
        std::fs::read("a").unwrap();
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }

    #[expect(deprecated)]
    async fn by_a_lint_level() {
        std::thread::park();
    }
}
