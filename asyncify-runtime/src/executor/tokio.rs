//! tokio's own blocking threads as an executor.

use std::sync::Arc;

use super::{Executor, Rejected};
use crate::task::Job;

/// Runs calls by the runtime's `spawn_blocking`.
///
/// This costs more than a [`BlockingPool`](crate::BlockingPool), but counts among the runtime's
/// own work: its paused test clock stands still while such a call runs, and its shut-down waits.
/// A call that the runtime drops, because it is shutting down, ends as cancelled.
impl Executor for tokio::runtime::Handle {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        drop(self.spawn_blocking(move || job.run()));
        Ok(())
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}
