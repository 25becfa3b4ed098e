use super::{Peer, Settings};
use asyncify_runtime::{BlockingPool, asyncify, spawn_blocking, sync_to_async};
use futures::FutureExt;

/// Ours, on the global pool, through the macros.
#[derive(Clone, Copy, Debug)]
pub struct Asyncify;

#[sync_to_async]
fn empty() {
    std::hint::black_box(());
}

impl Peer for Asyncify {
    fn prepare(settings: Settings) {
        let mut builder = BlockingPool::builder();
        if let Some(threads) = settings.threads {
            builder = builder.max_threads(threads);
        }
        if let Some(time) = settings.keep_alive {
            builder = builder.keep_alive(time);
        }
        builder.build_global().expect("the pool is made before its first use");
    }

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        asyncify!(move || f())
    }

    fn spawn<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        spawn_blocking(f).map(|result| result.expect("the job does not panic"))
    }

    fn empty(self) -> impl Future<Output = ()> + Send + 'static {
        empty()
    }
}
