use super::{Peer, Settings};

/// The same future without a pool: the cost of awaiting alone, a lower bound.
#[derive(Clone, Copy, Debug)]
pub struct Floor;

impl Peer for Floor {
    fn prepare(_: Settings) {}

    async fn call<F, T>(self, f: F) -> T
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        f()
    }
}
