//! The handle to a pool of worker processes.

use std::fmt;
use std::sync::Arc;

use super::builder::Builder;
use super::metrics::Metrics;
use super::shared::Shared;
use crate::pool::Shutdown;

/// Worker processes that run functions marked `#[sync_to_async(process)]`.
///
/// Cheap to clone. When the last handle is dropped, the calls that were made run to their end, and
/// then the workers leave. A program that ends takes its workers along, however it ends.
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

    /// Describes a pool of that name, which its processes and threads carry.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder::new(name.into())
    }

    /// What the pool is doing, and has done.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.handle.0.metrics()
    }

    /// Ends the pool, and waits until no process of it is left.
    ///
    /// With [`Shutdown::Drain`] the calls that were made run to their end first. With
    /// [`Shutdown::Discard`] they end as [`Error::ShutDown`](crate::Error::ShutDown) now, those
    /// that run by a SIGKILL to their workers. New calls are refused either way.
    ///
    /// # Cancel safety
    ///
    /// The pool is told when the future is first polled; dropping it only ends the waiting.
    pub async fn shutdown(&self, how: Shutdown) {
        self.handle.0.shut_down(how);
        self.handle.0.closed().await;
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
