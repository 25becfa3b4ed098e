//! The real host: threads of the operating system, and task cells.

#[cfg(asyncify_delays)]
use super::delays::{self, Step};
use super::fork::ForkGuard;
use super::host::{Host, StartReason};
use super::join_handles::JoinHandles;
use super::name::thread_name;
use super::shared::Shared;
use super::shutdown::{IdleWaiters, JobsInShutdown};
use super::spawn_backoff::SpawnBackoff;
#[cfg(feature = "metrics")]
use super::timings::Timings;
use super::{current, worker};
use crate::limit::QueuePermits;
use crate::sync::{AtomicU64, AtomicUsize, Ordering::Relaxed, thread};
use crate::task::ContextWrapper;
use crate::task::{Finish, Job, RejectReason};
use crate::util::spin::SearchSpin;
use crate::util::wait_queue::Event;
use crate::util::{abort_on_panic, catch, drop_quietly};
use std::io;
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "metrics")]
use std::time::Instant;

/// A user hook.
pub(super) type Hook = Arc<dyn Fn() + Send + Sync>;

/// Captures a part of the caller's context, in which the body runs.
pub(super) type ContextHook = Arc<dyn Fn() -> ContextWrapper + Send + Sync>;

/// How to spawn threads.
#[derive(Clone)]
pub(super) struct ThreadOptions {
    pub(super) name: Arc<str>,
    pub(super) stack_size: Option<usize>,
    pub(super) keep_alive: Duration,
    pub(super) on_start: Option<Hook>,
    pub(super) on_stop: Option<Hook>,
    pub(super) contexts: Vec<ContextHook>,
    pub(super) compensates: bool,
    #[cfg(feature = "metrics")]
    pub(super) timed: bool,
}

pub(super) struct Threads {
    options: ThreadOptions,
    pub(super) fork_guard: ForkGuard,
    pub(super) join_handles: JoinHandles,
    spawn_backoff: SpawnBackoff,
    search_spin: SearchSpin,
    /// Notified whenever a worker goes idle or exits; shutdown waits for it.
    pub(super) termination: Event,
    pub(super) idle_waiters: IdleWaiters,
    /// The number of handles to the pool. Dropping the last one closes the pool.
    pub(super) handles: AtomicUsize,
    pub(super) jobs_in_shutdown: JobsInShutdown,
    /// Only if the queue is bounded.
    pub(super) queue_permits: Option<Arc<QueuePermits>>,
    /// Only if jobs are timed.
    #[cfg(feature = "metrics")]
    pub(super) timings: Option<Arc<Timings>>,
    /// Jobs that ended without a worker. Relaxed, as the next two: statistics.
    pub(super) discarded: AtomicU64,
    pub(super) rejected: AtomicU64,
    pub(super) spawn_failures: AtomicU64,
    #[cfg(test)]
    pub(super) faults: super::faults::Faults,
}

impl Threads {
    /// The host of a pool with one handle.
    pub(super) fn new(options: ThreadOptions, queue_capacity: Option<usize>) -> io::Result<Self> {
        Ok(Self {
            fork_guard: ForkGuard::new()?,
            join_handles: JoinHandles::new(),
            spawn_backoff: SpawnBackoff::new(),
            search_spin: SearchSpin::new(),
            termination: Event::new(),
            idle_waiters: IdleWaiters::new(),
            handles: AtomicUsize::new(1),
            jobs_in_shutdown: JobsInShutdown::new(),
            queue_permits: queue_capacity.map(QueuePermits::new),
            #[cfg(feature = "metrics")]
            timings: options.timed.then(|| Arc::new(Timings::new())),
            options,
            discarded: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            spawn_failures: AtomicU64::new(0),
            #[cfg(test)]
            faults: super::faults::Faults::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.options.name
    }

    /// Whether the pool may have one more thread while a worker waits.
    pub(super) fn compensates(&self) -> bool {
        self.options.compensates
    }

    /// Runs the context hooks on the current thread, which is the caller's.
    #[inline]
    pub(super) fn capture(&self, job: &mut Job) {
        for context in &self.options.contexts {
            job.wrap(context());
        }
    }

    pub(super) fn count_rejected(&self) {
        self.rejected.fetch_add(1, Relaxed);
    }

    fn spawn_worker(
        &self,
        shared: &Arc<Shared<Self>>,
        index: usize,
        reason: StartReason,
    ) -> io::Result<thread::JoinHandle<()>> {
        #[cfg(test)]
        self.faults.check()?;
        let mut builder = thread::Builder::new().name(thread_name(&self.options.name, index));
        if let Some(size) = self.options.stack_size {
            builder = builder.stack_size(size);
        }
        let shared = Arc::clone(shared);
        builder.spawn(move || {
            let _current = current::enter(&shared, index);
            // The protocol runs no code that may panic. If it panics after all, the wake state can
            // no longer be relied on.
            abort_on_panic(|| {
                run_hook(shared.host.options.on_start.as_ref());
                worker::run(&shared, index, reason);
            });
        })
    }
}

impl Host for Threads {
    type Job = Job;

    fn spawn(
        &self,
        shared: &Arc<Shared<Self>>,
        index: usize,
        reason: StartReason,
    ) -> io::Result<()> {
        self.join_handles.insert(|| self.spawn_worker(shared, index, reason)).inspect_err(|_| {
            self.spawn_failures.fetch_add(1, Relaxed);
            self.spawn_backoff.failed();
        })
    }

    fn may_spawn(&self) -> bool {
        self.spawn_backoff.is_over()
    }

    fn run(&self, job: Job) -> Finish {
        #[cfg(asyncify_delays)]
        delays::at(Step::Starting);
        #[cfg(feature = "metrics")]
        let timings = self.timings.as_ref().map(|timings| (timings, Instant::now()));
        let finish = job.run_counted();
        #[cfg(feature = "metrics")]
        if let (Some((timings, start)), false) = (timings, finish == Finish::Cancelled) {
            timings.ran(start.elapsed());
        }
        #[cfg(asyncify_delays)]
        delays::at(Step::Ended);
        finish
    }

    fn discard(&self, job: Job) {
        self.discarded.fetch_add(1, Relaxed);
        drop(job);
    }

    fn refuse(&self, job: Job) {
        self.count_rejected();
        job.reject(RejectReason::ShutDown);
    }

    fn keep_alive(&self) -> Duration {
        self.options.keep_alive
    }

    fn worker_exiting(&self, closed: bool) {
        run_hook(self.options.on_stop.as_ref());
        // After the hook: a worker that is no longer counted may be joined from here on, and
        // shutdown waits for the hook.
        if !closed {
            self.join_handles.remove_current();
        }
    }

    fn notify_waiters(&self, shared: &Shared<Self>) {
        self.idle_waiters.notify_if_idle(shared);
        self.termination.notify_all();
    }

    fn waking(&self) {
        self.search_spin.waking();
    }

    fn woken(&self) {
        self.search_spin.woken();
    }

    fn notified_worker_is_late(&self) -> bool {
        self.search_spin.is_late()
    }

    fn spin(&self, pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        self.search_spin.search(pop)
    }
}

fn run_hook(hook: Option<&Hook>) {
    if let Some(hook) = hook {
        // A panic was reported by the panic hook.
        if let Err(payload) = catch(|| hook()) {
            drop_quietly(payload);
        }
    }
}
