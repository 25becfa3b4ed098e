//! The handle to a pool of worker processes.

use std::fmt;
use std::sync::Arc;

use super::builder::Builder;
use super::metrics::Metrics;
use super::shared::Shared;
use crate::pool::Shutdown;

/// Worker processes that run functions marked `#[sync_to_async(process)]`.
///
/// Cheap to clone. When the last handle is dropped, the pool runs the calls that were made, and
/// then its workers exit. They also exit with the program, however that ends.
#[derive(Clone)]
pub struct Pool {
    handle: Arc<Handle>,
}

struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.shut_down(Shutdown::Drain);
    }
}

impl Pool {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { handle: Arc::new(Handle(shared)) }
    }

    /// Configures a pool.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A snapshot of what the pool does and has done.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.handle.0.metrics()
    }

    /// Shuts the pool down, and waits until all of its processes have exited.
    ///
    /// With [`Shutdown::Drain`] the calls that were made run to their end first. With
    /// [`Shutdown::Discard`] they fail with [`Error::ShutDown`](crate::Error::ShutDown), and
    /// workers that run one are killed. New calls fail either way.
    ///
    /// # Cancel safety
    ///
    /// The shutdown starts when the future is first polled. Dropping the future only ends the wait.
    pub async fn shutdown(&self, how: Shutdown) {
        self.handle.0.shut_down(how);
        self.handle.0.closed().await;
    }

    /// Returns a function that reads the metrics without keeping the pool alive, until it has
    /// ended.
    #[cfg(feature = "metrics")]
    pub(crate) fn metrics_reader(&self) -> impl Fn() -> Option<Metrics> + Send + Sync + use<> {
        let shared = Arc::downgrade(&self.handle.0);
        move || Some(shared.upgrade()?.metrics())
    }

    pub(crate) fn max_payload(&self) -> usize {
        self.handle.0.config.max_payload
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.0
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.handle.0.config.name;
        f.debug_struct("Pool").field("name", name).finish_non_exhaustive()
    }
}
