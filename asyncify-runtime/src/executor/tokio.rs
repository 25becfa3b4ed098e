//! Implements `Executor` for tokio's runtime handle.

use std::sync::Arc;

use super::{Executor, Rejected};
use crate::task::Job;

/// Runs calls with the runtime's `spawn_blocking`.
///
/// This is slower than a [`BlockingPool`](crate::BlockingPool), but the calls are part of the
/// runtime's work: its paused clock does not advance while a call runs, and its shutdown waits for
/// calls. A call that the runtime drops during shutdown resolves as cancelled.
impl Executor for tokio::runtime::Handle {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        drop(self.spawn_blocking(move || job.run()));
        Ok(())
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}
