use super::{Peer, Settings};
use std::sync::OnceLock;

/// `affinitypool`: a fixed number of threads, one per core by default.
#[derive(Clone, Copy, Debug)]
pub struct Affinity;

static POOL: OnceLock<affinitypool::Threadpool> = OnceLock::new();

impl Peer for Affinity {
    fn prepare(settings: Settings) {
        POOL.get_or_init(|| match settings.threads {
            Some(threads) => affinitypool::Threadpool::new(threads),
            None => affinitypool::Threadpool::default(),
        });
    }

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        POOL.get().expect("prepared before its first use").spawn(f)
    }
}
