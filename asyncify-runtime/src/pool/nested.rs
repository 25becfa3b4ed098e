//! Nested calls: calls that a body on a dedicated thread makes on that same thread, and waits for.
//!
//! Another pool gets a [compensation](super::compensation) thread meanwhile. A dedicated thread
//! cannot, and a job that it submits to itself would be queued behind the body that waits for it.
//! So jobs that are submitted while the thread polls the future that it waits for are set aside,
//! and the waiting thread runs them itself: between two polls, and not within one, so that a nested
//! body may wait for a future as well. Jobs from other threads stay queued until the running body
//! has ended: they may need a resource that it holds.

use super::current;
use super::host::Host;
use super::shared::Shared;
use super::threads::Threads;
use crate::task::Job;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

thread_local! {
    /// The jobs that were submitted during the current poll. `None`: there is no such poll.
    static SUBMITTED: RefCell<Option<Vec<Job>>> = const { RefCell::new(None) };
}

/// Sets a job aside if the current thread is the pool's dedicated thread and polls a future that it
/// waits for; otherwise returns the job.
#[inline]
pub(super) fn set_aside(shared: &Arc<Shared<Threads>>, job: Job) -> Result<(), Job> {
    if shared.host.compensates() { Err(job) } else { set_aside_on_own_thread(shared, job) }
}

#[cold]
fn set_aside_on_own_thread(shared: &Arc<Shared<Threads>>, job: Job) -> Result<(), Job> {
    if !current::pool().is_some_and(|pool| Arc::ptr_eq(&pool, shared)) {
        return Err(job);
    }
    SUBMITTED.with_borrow_mut(|submitted| match submitted {
        Some(jobs) => {
            jobs.push(job);
            Ok(())
        }
        None => Err(job),
    })
}

/// The jobs that a thread has set aside while it waits for one future. Dropping it queues the jobs
/// that are left.
pub(crate) struct Nested {
    /// `None`: the current thread is no dedicated thread, and nothing is set aside.
    pool: Option<Arc<Shared<Threads>>>,
    jobs: VecDeque<Job>,
}

impl Nested {
    /// For the current thread, which is about to wait for a future.
    pub(crate) fn new() -> Self {
        let pool = current::pool().filter(|shared| !shared.host.compensates());
        Self { pool, jobs: VecDeque::new() }
    }

    /// Runs `poll`, and sets aside the jobs that are submitted meanwhile.
    pub(crate) fn poll<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        if self.pool.is_none() {
            return poll();
        }
        let _guard =
            CollectGuard { before: SUBMITTED.replace(Some(Vec::new())), jobs: &mut self.jobs };
        poll()
    }

    /// Returns the next job, to be [run](Self::run) on this thread before the next poll.
    pub(crate) fn next(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    /// Runs a job that was set aside, as this thread's worker.
    pub(crate) fn run(&self, job: Job) {
        let shared = self.pool.as_ref().expect("jobs are set aside by a pool's thread");
        if shared.wake_state.load().is_discarding() {
            return shared.host.discard(job);
        }
        let finish = shared.host.run(job);
        current::count(finish);
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        for job in self.jobs.drain(..) {
            self.pool.as_ref().expect("as in `run`").submit(job);
        }
    }
}

/// Collects the submitted jobs when the poll ends or panics.
struct CollectGuard<'a> {
    /// The jobs of an enclosing poll.
    before: Option<Vec<Job>>,
    jobs: &'a mut VecDeque<Job>,
}

impl Drop for CollectGuard<'_> {
    fn drop(&mut self) {
        let before = mem::take(&mut self.before);
        self.jobs.extend(SUBMITTED.replace(before).unwrap_or_default());
    }
}
