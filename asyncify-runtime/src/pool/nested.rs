//! Calls that the body of a dedicated thread makes on its own thread, and waits for.
//!
//! Another pool would have one thread [more](super::compensate) meanwhile. A dedicated thread may
//! not, and what it submits to itself would stand in the queue behind the body that waits for it.
//! So what it submits while it polls the future that it waits for is set aside, and the waiting
//! thread runs it itself: between two polls, and not within one, so that the nested body may wait
//! in its turn. Jobs from elsewhere keep their order behind the body that runs: they may need
//! what it holds.

use super::core::Core;
use super::current;
use super::host::Host;
use super::threads::Threads;
use crate::task::Job;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

thread_local! {
    /// What was submitted during the poll that goes on here. `None`: no dedicated thread polls here.
    static SUBMITTED: RefCell<Option<Vec<Job>>> = const { RefCell::new(None) };
}

/// Takes a job that `core`'s own thread submits while it polls the future that it waits for.
pub(super) fn set_aside(core: &Arc<Core<Threads>>, job: Job) -> Result<(), Job> {
    if core.host.lends() || !current::pool().is_some_and(|pool| Arc::ptr_eq(&pool, core)) {
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

/// The jobs that a thread has set aside while it waits for one future. Those that are left when the
/// wait is over go to the queue.
pub(crate) struct Nested {
    /// `None`: this is no dedicated thread, and nothing is set aside.
    pool: Option<Arc<Core<Threads>>>,
    jobs: VecDeque<Job>,
}

impl Nested {
    /// What this thread, which is about to wait, sets aside.
    pub(crate) fn new() -> Self {
        let pool = current::pool().filter(|core| !core.host.lends());
        Self { pool, jobs: VecDeque::new() }
    }

    /// Polls, and sets aside what is submitted meanwhile.
    pub(crate) fn poll<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        if self.pool.is_none() {
            return poll();
        }
        let _collects =
            Collects { before: SUBMITTED.replace(Some(Vec::new())), jobs: &mut self.jobs };
        poll()
    }

    /// The next job to be [run](Self::run), on this thread, before the next poll.
    pub(crate) fn next(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    /// Runs a job that was set aside, as the worker that this thread is.
    pub(crate) fn run(&self, job: Job) {
        let core = self.pool.as_ref().expect("jobs are set aside by a pool's thread");
        if core.token.look().is_discarding() {
            return core.host.discard(job);
        }
        let finish = core.host.run(job);
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

/// Ends the collection of jobs with the poll, also when that panics.
struct Collects<'a> {
    /// Of a wait around this one.
    before: Option<Vec<Job>>,
    jobs: &'a mut VecDeque<Job>,
}

impl Drop for Collects<'_> {
    fn drop(&mut self) {
        let before = mem::take(&mut self.before);
        self.jobs.extend(SUBMITTED.replace(before).unwrap_or_default());
    }
}
