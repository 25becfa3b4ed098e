use super::{Peer, Settings};
use futures::FutureExt;
use std::sync::OnceLock;
use threadpool::ThreadPool;
use tokio::sync::oneshot;

/// `threadpool`: a fixed number of threads, one per core by default. It does not return results, so
/// its users send them through a channel.
#[derive(Clone, Copy, Debug)]
pub struct Threadpool;

static POOL: OnceLock<ThreadPool> = OnceLock::new();

impl Peer for Threadpool {
    fn prepare(settings: Settings) {
        POOL.get_or_init(|| settings.threads.map_or_else(ThreadPool::default, ThreadPool::new));
    }

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        POOL.get().expect("prepared before its first use").execute(move || {
            // An error means that the caller is gone.
            let _ = sender.send(f());
        });
        receiver.map(|result| result.expect("the job does not panic"))
    }
}
