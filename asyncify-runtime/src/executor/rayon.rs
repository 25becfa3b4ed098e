//! Implements `Executor` for rayon's thread pool.

use super::{Executor, Rejected};
use crate::task::Job;

/// Runs calls on the threads of the rayon pool. Use it for CPU-bound work, which may use rayon's
/// parallel operations. A call that waits, for instance for I/O, would occupy one of few threads;
/// run it on a [`BlockingPool`](crate::BlockingPool) instead.
///
/// Wrap the pool in an `Arc` to share it between calls.
impl Executor for rayon_core::ThreadPool {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        self.spawn(move || job.run());
        Ok(())
    }
}
