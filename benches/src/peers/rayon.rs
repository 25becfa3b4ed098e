use super::{Peer, Settings};
use tokio_rayon::rayon::ThreadPoolBuilder;

/// rayon's global pool through `tokio-rayon`: one thread per core, made for computing.
#[derive(Clone, Copy, Debug)]
pub struct Rayon;

impl Peer for Rayon {
    fn prepare(settings: Settings) {
        ThreadPoolBuilder::new()
            // 0 is the default.
            .num_threads(settings.threads.unwrap_or(0))
            .build_global()
            .expect("the pool is made before its first use");
    }

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        tokio_rayon::spawn(f)
    }
}
