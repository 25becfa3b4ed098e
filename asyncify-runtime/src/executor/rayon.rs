//! rayon's threads as an executor.

use super::{Executor, Rejected};
use crate::task::Job;

/// Runs calls on the pool's threads, for work that computes and may use rayon's own operations
/// inside. A call that waits keeps one of few threads from computing: it belongs on a
/// [`BlockingPool`](crate::BlockingPool).
///
/// Wrap the pool in an `Arc` to share it between calls.
impl Executor for rayon_core::ThreadPool {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        self.spawn(move || job.run());
        Ok(())
    }
}
