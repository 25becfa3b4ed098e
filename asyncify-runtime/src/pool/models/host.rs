//! The host of a modelled pool.
//!
//! A job that is never run blocks the test's thread, which waits for it, for ever: the checkers
//! report that as a deadlock.

use super::super::fences::{Fences, Site};
use super::super::host::{Host, StartReason};
use super::super::shared::Shared;
use super::super::shutdown::IdleWaiters;
use super::super::worker;
use crate::sync::{Condvar, Mutex, MutexGuard, thread};
use crate::task::Finish;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A job: its number, and what it does before it is done.
pub(super) struct Job {
    number: usize,
    work: Box<dyn FnOnce(&ModelHost) + Send>,
}

impl Job {
    pub(super) fn new(number: usize, work: impl FnOnce(&ModelHost) + Send + 'static) -> Self {
        Self { number, work: Box::new(work) }
    }

    /// A job that does nothing.
    pub(super) fn empty(number: usize) -> Self {
        Self::new(number, |_| ())
    }

    /// A job that waits until another one has run.
    pub(super) fn after(number: usize, other: usize) -> Self {
        Self::new(number, move |host| host.wait(|states| states[other] == JobState::Ran))
    }
}

/// What became of each job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JobState {
    /// Queued or running.
    Pending,
    Ran,
    Discarded,
    Refused,
}

pub(super) struct ModelHost {
    states: Mutex<Vec<JobState>>,
    changed: Condvar,
    /// How many threads can be spawned before spawning fails, for good.
    spawnable: AtomicUsize,
    spawn_failed: AtomicBool,
    /// Under loom, whether a notified worker is always late or never; shuttle decides at random.
    #[cfg(asyncify_loom)]
    late: bool,
    /// Whether the test waits for the pool to terminate.
    shutdown_awaited: bool,
    /// Only if the test waits for an idle pool; its fence would otherwise stand in for others.
    pub(super) idle_waiters: Option<IdleWaiters>,
}

/// A pool to be modelled.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub(super) jobs: usize,
    /// Workers with a lower index stay; the others exit at once (loom) or at random (shuttle).
    pub(super) min_threads: usize,
    pub(super) max_threads: usize,
    pub(super) spawnable: usize,
    pub(super) omitted: Option<Site>,
    /// The first `min_threads` workers are spawned with the pool.
    pub(super) prespawned: bool,
    /// Every notified worker is late (loom).
    #[cfg(asyncify_loom)]
    pub(super) late: bool,
    /// The test waits for the pool to terminate.
    pub(super) shutdown_awaited: bool,
    /// The test waits for an idle pool.
    pub(super) idle_awaited: bool,
}

impl Scenario {
    pub(super) fn pool(self) -> Arc<Shared<ModelHost>> {
        let host = ModelHost {
            states: Mutex::new(vec![JobState::Pending; self.jobs]),
            changed: Condvar::new(),
            spawnable: AtomicUsize::new(self.spawnable),
            spawn_failed: AtomicBool::new(false),
            #[cfg(asyncify_loom)]
            late: self.late,
            shutdown_awaited: self.shutdown_awaited,
            idle_waiters: self.idle_awaited.then(IdleWaiters::new),
        };
        let fences = Fences { omitted: self.omitted };
        let min_threads = self.min_threads.min(self.max_threads);
        let shared = Arc::new(Shared::new(host, min_threads, self.max_threads, fences));
        if self.prespawned {
            shared.spawn_min_threads().unwrap();
        } else {
            shared.wake_state.cancel_notification();
        }
        shared
    }
}

impl ModelHost {
    /// The states of the jobs so far.
    pub(super) fn states(&self) -> MutexGuard<'_, Vec<JobState>> {
        self.states.lock().unwrap()
    }

    /// Waits until the states fulfil a condition.
    pub(super) fn wait(&self, until: impl Fn(&[JobState]) -> bool) {
        let mut states = self.states();
        while !until(&states) {
            states = self.changed.wait(states).unwrap();
        }
    }

    fn finish(&self, number: usize, state: JobState) {
        let mut states = self.states();
        assert_eq!(states[number], JobState::Pending, "job {number} ends twice");
        states[number] = state;
        drop(states);
        self.changed.notify_all();
    }
}

pub(super) fn all_ran(shared: &Shared<ModelHost>) {
    shared.host.wait(|states| states.iter().all(|state| *state == JobState::Ran));
}

/// Waits until a closed pool has terminated, and checks that it left nothing behind. Needs
/// `shutdown_awaited`.
pub(super) fn wait_terminated(shared: &Shared<ModelHost>) {
    shared.host.wait(|states| !states.contains(&JobState::Pending) && shared.is_terminated());
    assert_eq!(shared.thread_count.load().threads(), 0);
    assert!(shared.queue.is_empty());
}

impl Host for ModelHost {
    type Job = Job;

    fn spawn(
        &self,
        shared: &Arc<Shared<Self>>,
        index: usize,
        reason: StartReason,
    ) -> io::Result<()> {
        // (`std`'s atomics: how many threads can be spawned is no part of the protocol.)
        let left = self.spawnable.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        if left.is_err() {
            self.spawn_failed.store(true, Relaxed);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || worker::run(&shared, index, reason));
        Ok(())
    }

    fn may_spawn(&self) -> bool {
        !self.spawn_failed.load(Relaxed)
    }

    fn run(&self, job: Job) -> Finish {
        (job.work)(self);
        self.finish(job.number, JobState::Ran);
        Finish::Completed
    }

    fn discard(&self, job: Job) {
        drop(job.work);
        self.finish(job.number, JobState::Discarded);
    }

    fn refuse(&self, job: Job) {
        drop(job.work);
        self.finish(job.number, JobState::Refused);
    }

    /// Any: the checker's `wait_timeout` decides when it is over.
    fn keep_alive(&self) -> Duration {
        Duration::ZERO
    }

    fn worker_exiting(&self, _closed: bool) {}

    fn notify_waiters(&self, shared: &Shared<Self>) {
        if let Some(waiters) = &self.idle_waiters {
            waiters.notify_if_idle(shared);
        }
        if self.shutdown_awaited {
            // Takes the lock once, so that this does not come between the check and the wait of
            // `wait`.
            drop(self.states());
            self.changed.notify_all();
        }
    }

    fn waking(&self) {}

    fn woken(&self) {}

    #[cfg(asyncify_loom)]
    fn notified_worker_is_late(&self) -> bool {
        self.late
    }

    #[cfg(asyncify_shuttle)]
    fn notified_worker_is_late(&self) -> bool {
        use shuttle::rand::{Rng, thread_rng};
        thread_rng().gen_range(0..2) == 0
    }

    #[cfg(asyncify_loom)]
    fn spin(&self, _pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        None
    }

    #[cfg(asyncify_shuttle)]
    fn spin(&self, mut pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        use shuttle::rand::{Rng, thread_rng};
        (0..thread_rng().gen_range(0..3)).find_map(|_| {
            thread::yield_now();
            pop()
        })
    }
}
