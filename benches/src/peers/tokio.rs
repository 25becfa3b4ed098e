use super::{Peer, Settings};
use futures::FutureExt;
use tokio::task;

/// tokio's own pool, which each runtime has: [`Settings`] go to the runtime's builder.
#[derive(Clone, Copy, Debug)]
pub struct Tokio;

impl Peer for Tokio {
    fn prepare(_: Settings) {}

    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        task::spawn_blocking(f).map(|result| result.expect("the job does not panic"))
    }
}
