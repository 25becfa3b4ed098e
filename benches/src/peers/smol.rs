use super::{Peer, Settings};

/// `blocking`: one pool per process, of at most 500 threads. Its only setting is
/// [`MAX_THREADS`] in the environment of the process.
#[derive(Clone, Copy, Debug)]
pub struct Smol;

/// The environment variable with the maximum number of threads of `blocking`.
pub(crate) const MAX_THREADS: &str = "BLOCKING_MAX_THREADS";

impl Peer for Smol {
    fn prepare(_: Settings) {}

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        blocking::unblock(f)
    }
}
