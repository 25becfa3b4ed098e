//! The real host: threads of the operating system, and tasks.

use super::core::Core;
use super::crew::Crew;
use super::host::{Entrance, Host};
use super::name::thread_name;
use super::retry::Retry;
use super::shutdown::{Idle, Insiders};
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

/// A hook of the user's.
pub(super) type Hook = Arc<dyn Fn() + Send + Sync>;

/// Captures something of the caller's that is to surround the body.
pub(super) type ContextHook = Arc<dyn Fn() -> ContextWrapper + Send + Sync>;

/// How to make threads.
#[derive(Clone)]
pub(super) struct ThreadOptions {
    pub(super) name: Arc<str>,
    pub(super) stack_size: Option<usize>,
    pub(super) keep_alive: Duration,
    pub(super) on_start: Option<Hook>,
    pub(super) on_stop: Option<Hook>,
    pub(super) contexts: Vec<ContextHook>,
    pub(super) lends: bool,
    #[cfg(feature = "metrics")]
    pub(super) timed: bool,
}

pub(super) struct Threads {
    options: ThreadOptions,
    pub(super) crew: Crew,
    retry: Retry,
    spin: SearchSpin,
    /// Notified whenever a worker goes idle or leaves.
    pub(super) settled: Event,
    pub(super) idle: Idle,
    /// The handles to the pool; the last to go closes it.
    pub(super) handles: AtomicUsize,
    pub(super) insiders: Insiders,
    /// Where the queue is bounded.
    pub(super) queue_permits: Option<Arc<QueuePermits>>,
    /// Where jobs are timed.
    #[cfg(feature = "metrics")]
    pub(super) timings: Option<Arc<Timings>>,
    /// Jobs that ended without a worker. Relaxed, as the next two: counts for people.
    pub(super) discarded: AtomicU64,
    pub(super) rejected: AtomicU64,
    pub(super) spawn_failures: AtomicU64,
    #[cfg(test)]
    pub(super) faults: super::faults::Faults,
}

impl Threads {
    /// The host of a pool with one handle.
    pub(super) fn new(options: ThreadOptions, queue_capacity: Option<usize>) -> Self {
        Self {
            crew: Crew::new(),
            retry: Retry::new(),
            spin: SearchSpin::new(),
            settled: Event::new(),
            idle: Idle::new(),
            handles: AtomicUsize::new(1),
            insiders: Insiders::new(),
            queue_permits: queue_capacity.map(QueuePermits::new),
            #[cfg(feature = "metrics")]
            timings: options.timed.then(|| Arc::new(Timings::new())),
            options,
            discarded: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            spawn_failures: AtomicU64::new(0),
            #[cfg(test)]
            faults: super::faults::Faults::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.options.name
    }

    /// Whether a worker that waits lets the pool have one thread more.
    pub(super) fn lends(&self) -> bool {
        self.options.lends
    }

    /// Has the hooks capture what they want of the caller, who is on this thread.
    pub(super) fn capture(&self, job: &mut Job) {
        for context in &self.options.contexts {
            job.wrap(context());
        }
    }

    pub(super) fn count_rejected(&self) {
        self.rejected.fetch_add(1, Relaxed);
    }

    fn spawn(
        &self,
        core: &Arc<Core<Self>>,
        number: usize,
        entrance: Entrance,
    ) -> io::Result<thread::JoinHandle<()>> {
        #[cfg(test)]
        self.faults.strike()?;
        let mut builder = thread::Builder::new().name(thread_name(&self.options.name, number));
        if let Some(size) = self.options.stack_size {
            builder = builder.stack_size(size);
        }
        let core = Arc::clone(core);
        builder.spawn(move || {
            let _here = current::enter(&core, number);
            // The protocol runs no code that may panic. If it does, the token is in no state to
            // go on with.
            abort_on_panic(|| {
                run_hook(core.host.options.on_start.as_ref());
                worker::main(&core, number, entrance);
            });
        })
    }
}

impl Host for Threads {
    type Job = Job;

    fn start(&self, core: &Arc<Core<Self>>, number: usize, entrance: Entrance) -> io::Result<()> {
        self.crew.hire(|| self.spawn(core, number, entrance)).inspect_err(|_| {
            self.spawn_failures.fetch_add(1, Relaxed);
            self.retry.failed();
        })
    }

    fn may_start(&self) -> bool {
        self.retry.is_due()
    }

    fn run(&self, job: Job) -> Finish {
        #[cfg(feature = "metrics")]
        if let Some(timings) = &self.timings {
            let start = Instant::now();
            let finish = job.run_counted();
            if finish != Finish::Cancelled {
                timings.ran(start.elapsed());
            }
            return finish;
        }
        job.run_counted()
    }

    fn discard(&self, job: Job) {
        self.discarded.fetch_add(1, Relaxed);
        drop(job);
    }

    fn refuse(&self, job: Job) {
        self.count_rejected();
        job.reject(RejectReason::ShutDown);
    }

    fn patience(&self) -> Duration {
        self.options.keep_alive
    }

    fn stopping(&self, closed: bool) {
        run_hook(self.options.on_stop.as_ref());
        // After the hook: a worker that is counted no longer may be joined from here on, and who
        // waits for the end waits for the hook.
        if !closed {
            self.crew.let_go();
        }
    }

    fn notify(&self, core: &Core<Self>) {
        self.idle.notify(core);
        self.settled.notify_all();
    }

    fn calling(&self) {
        self.spin.calling();
    }

    fn awake(&self) {
        self.spin.awake();
    }

    fn linger(&self, pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        self.spin.search(pop)
    }
}

fn run_hook(hook: Option<&Hook>) {
    if let Some(hook) = hook {
        // The panic hook has told of a panic; nobody waits for the result.
        if let Err(payload) = catch(|| hook()) {
            drop_quietly(payload);
        }
    }
}
