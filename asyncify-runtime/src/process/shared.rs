//! What the workers of a pool share: the queue, the idle list, the slots and the statistics.
//!
//! One lock guards it. No code of the user runs under it, and no other lock is taken; so it may be
//! taken while a link's or a call's is held.
//!
//! A *slot* is a manager thread, which manages one worker process at a time. A slot is *starting*
//! until its worker is ready. It then looks into the queue, so a caller starts another slot only if
//! there are more queued calls than starting slots.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::builder::Config;
use super::call::{Call, Reply};
use super::link::{Current, Link, Started};
use super::locked;
use super::metrics::{ExitReason, Metrics};
use super::{manager, start};
use crate::error::Error;
use crate::error::process::ProcessError;
#[cfg(feature = "metrics")]
use crate::pool::Durations;
use crate::pool::Shutdown;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::util::wait_queue::Event;

/// The wait after the first failed start; it doubles with each further one.
const FIRST_BACK_OFF: Duration = Duration::from_millis(10);
const MAX_BACK_OFF: Duration = Duration::from_secs(5);
/// Failed starts in a row after which queued calls still wait for the next.
const TOLERATED_FAILURES: u32 = 2;

pub(crate) struct Shared {
    pub(crate) config: Config,
    state: Mutex<State>,
    /// Notifies slots that wait for the next start.
    closed: Condvar,
    /// Notified when the last slot has ended.
    ended: Event,
}

#[derive(Default)]
struct State {
    /// The last one is taken first, so that the others reach their time-out.
    idle: Vec<Arc<Link>>,
    queue: VecDeque<Arc<Call>>,
    /// Every process that is not reaped.
    links: Vec<Arc<Link>>,
    slots: usize,
    starting: usize,
    /// Failed starts in a row.
    failures: u32,
    retry_at: Option<Instant>,
    shutdown: Option<Shutdown>,
    /// The counters; the rest is filled in by [`Shared::metrics`].
    stats: Metrics,
    #[cfg(feature = "metrics")]
    queue_wait: Durations,
    #[cfg(feature = "metrics")]
    run_time: Durations,
}

/// What a worker without a call does next.
pub(crate) enum Next {
    Call(Arc<Call>),
    Idle,
    Exit,
}

/// A call that has ended.
pub(crate) struct Done {
    current: Current,
    reply: Reply,
    ran: Duration,
}

impl Done {
    pub(crate) fn new(mut current: Current, reply: Reply) -> Self {
        let reply = current.stopped.take().map_or(reply, |stop| Err(stop.error));
        let ran = current.started.elapsed();
        #[cfg(feature = "console")]
        super::workers::record(&current, ran);
        Self { current, reply, ran }
    }

    pub(crate) fn complete(self) {
        self.current.call.complete(self.reply);
    }
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        let (closed, ended) = (Condvar::new(), Event::new());
        Self { config, state: Mutex::new(State::default()), closed, ended }
    }

    // Calls.

    /// Sends the call to an idle worker, or queues it.
    pub(crate) fn submit(self: &Arc<Self>, call: &Arc<Call>) -> Result<(), Error> {
        loop {
            let mut state = locked(&self.state);
            if state.shutdown.is_some() {
                state.stats.calls.rejected += 1;
                return Err(Error::ShutDown);
            }
            let Some(link) = state.idle.pop() else { break self.enqueue(state, call) };
            let grows = state.reserve_spare(&self.config);
            drop(state);
            if grows {
                self.start_slot();
            }
            match link.start(call, self.config.timeout) {
                Started::Running => return Ok(()),
                Started::Exiting => {}
                Started::Cancelled => unreachable!("its future is sending it"),
            }
        }
    }

    fn enqueue(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        call: &Arc<Call>,
    ) -> Result<(), Error> {
        let grows = state.queue.len() >= state.starting && state.slots < self.config.max_workers;
        // Each starting slot takes a call off the queue soon.
        let starting = state.starting + usize::from(grows);
        let limit = self.config.queue_capacity.map(|limit| limit.saturating_add(starting));
        if limit.is_some_and(|limit| state.queue.len() >= limit) {
            state.stats.calls.rejected += 1;
            return Err(Error::Rejected);
        }
        state.reserve_slot(grows);
        state.queue.push_back(call.clone());
        drop(state);
        if grows {
            self.start_slot();
        }
        Ok(())
    }

    /// What a worker does next, after the call that it has just ended.
    pub(crate) fn next(&self, link: &Arc<Link>, done: Option<&Done>) -> Next {
        let mut state = locked(&self.state);
        if let Some(done) = done {
            state.count(done);
        }
        if let Some(call) = state.queue.pop_front() {
            return Next::Call(call);
        }
        if state.shutdown.is_some() {
            return Next::Exit;
        }
        state.idle.push(link.clone());
        Next::Idle
    }

    /// Starts what [`next`](Self::next) has returned. False: it was cancelled, and the worker has
    /// no call.
    pub(crate) fn start_next(&self, link: &Arc<Link>, call: Arc<Call>) -> bool {
        match link.start(&call, self.config.timeout) {
            Started::Running => true,
            Started::Cancelled => false,
            Started::Exiting => {
                locked(&self.state).queue.push_front(call);
                true
            }
        }
    }

    /// Counts a call whose worker takes no other one.
    pub(crate) fn count(&self, done: &Done) {
        locked(&self.state).count(done);
    }

    /// Cancels a queued call.
    pub(crate) fn remove_queued(&self, call: &Arc<Call>) {
        let mut state = locked(&self.state);
        state.stats.calls.cancelled += 1;
        let index = state.queue.iter().position(|queued| Arc::ptr_eq(queued, call));
        let removed = index.and_then(|index| state.queue.remove(index));
        drop(state);
        drop(removed);
    }

    pub(crate) fn count_cancelled(&self) {
        locked(&self.state).stats.calls.cancelled += 1;
    }

    /// Queues a call again whose worker died before reading it.
    pub(crate) fn requeue(&self, call: Arc<Call>) {
        let mut state = locked(&self.state);
        state.stats.retried += 1;
        // The slot of the dead worker starts again, and looks into the queue.
        state.queue.push_front(call);
    }

    fn fail(&self, calls: VecDeque<Arc<Call>>, error: &Error) {
        for call in calls {
            let reply = Err(error.clone());
            locked(&self.state).stats.calls.count(&reply);
            call.complete(reply);
        }
    }

    // Slots.

    /// Starts the thread of a slot that was reserved. Without a thread, queued calls wait for the
    /// other slots, or fail if there are none.
    fn start_slot(self: &Arc<Self>) {
        let shared = self.clone();
        let name = format!("proc-{}", self.config.name);
        let started = thread::Builder::new().name(name).spawn(move || manager::run(&shared));
        let Err(error) = started else { return };
        let mut state = locked(&self.state);
        state.stats.spawn_failures += 1;
        state.end_slot();
        let is_last = state.slots == 0;
        let calls = if is_last { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        self.ended.notify_all();
        self.fail(calls, &start::failure(format!("no thread to manage it: {error}")).into());
    }

    /// Starts spare workers, until there are [`min_idle`](super::Builder::min_idle).
    pub(crate) fn start_spares(self: &Arc<Self>) {
        while locked(&self.state).reserve_spare(&self.config) {
            self.start_slot();
        }
    }

    /// Waits until a starting slot may start a worker. False: it is not needed any more, and ends.
    pub(crate) fn await_start(&self) -> bool {
        let mut state = locked(&self.state);
        loop {
            if !state.needs_start(&self.config) {
                state.end_slot();
                drop(state);
                self.ended.notify_all();
                return false;
            }
            let wait = state.retry_at.map(|at| at.saturating_duration_since(Instant::now()));
            match wait.filter(|wait| !wait.is_zero()) {
                None => return true,
                Some(wait) => {
                    let result = self.closed.wait_timeout(state, wait);
                    state = result.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// A process was started. False: the pool has been shut down with [`Shutdown::Discard`].
    pub(crate) fn register(&self, link: &Arc<Link>) -> bool {
        let mut state = locked(&self.state);
        state.stats.spawned += 1;
        state.links.push(link.clone());
        state.shutdown != Some(Shutdown::Discard)
    }

    /// The worker of a starting slot is ready for its first call.
    pub(crate) fn ready(&self) {
        let mut state = locked(&self.state);
        state.starting -= 1;
        state.failures = 0;
        state.retry_at = None;
    }

    /// A process was reaped. Its slot is starting again, if its worker was ready.
    pub(crate) fn reaped(&self, link: &Arc<Link>, reason: ExitReason, was_ready: bool) {
        let mut state = locked(&self.state);
        state.remove_idle(link);
        state.links.retain(|other| !Arc::ptr_eq(other, link));
        state.stats.ended.count(reason);
        state.starting += usize::from(was_ready);
    }

    /// The worker of a starting slot did not become ready. After some failures in a row, or if
    /// another start would fail too, the queued calls fail.
    pub(crate) fn start_failed(&self, mut error: ProcessError) {
        let mut state = locked(&self.state);
        state.stats.spawn_failures += 1;
        state.back_off();
        if let ProcessError::Start { attempts, .. } = &mut error {
            if state.failures <= TOLERATED_FAILURES {
                return;
            }
            *attempts = state.failures;
        }
        let calls = std::mem::take(&mut state.queue);
        drop(state);
        self.fail(calls, &error.into());
    }

    /// A worker has died before its first call: the next start waits, as after a failed one.
    pub(crate) fn died_early(&self) {
        locked(&self.state).back_off();
    }

    /// Takes an idle worker off the list, if it should exit.
    pub(crate) fn exit_reason(&self, link: &Arc<Link>, expired: bool) -> Option<ExitReason> {
        let mut state = locked(&self.state);
        let reason = match state.shutdown {
            Some(_) if state.queue.is_empty() => ExitReason::ShutDown,
            None if expired && state.idle.len() > self.config.min_idle => ExitReason::Idle,
            _ => return None,
        };
        // One that is not on the list is about to get a call.
        state.remove_idle(link).then_some(reason)
    }

    // Shutdown and metrics.

    pub(crate) fn shut_down(&self, how: Shutdown) {
        let mut state = locked(&self.state);
        if state.shutdown != Some(Shutdown::Discard) {
            state.shutdown = Some(how);
        }
        let links = state.links.clone();
        let calls = match how {
            Shutdown::Drain => VecDeque::new(),
            Shutdown::Discard => std::mem::take(&mut state.queue),
        };
        drop(state);
        self.closed.notify_all();
        self.fail(calls, &Error::ShutDown);
        for link in links {
            match how {
                Shutdown::Drain => link.wake_manager(),
                Shutdown::Discard => link.kill_now(Error::ShutDown, ExitReason::ShutDown),
            }
        }
    }

    /// Completes when the last slot of the closed pool has ended.
    pub(crate) async fn closed(&self) {
        self.ended.wait_until(|| locked(&self.state).slots == 0).await;
    }

    /// Every process that is not reaped.
    #[cfg(feature = "console")]
    pub(crate) fn links(&self) -> Vec<Arc<Link>> {
        locked(&self.state).links.clone()
    }

    pub(crate) fn metrics(&self) -> Metrics {
        let state = locked(&self.state);
        let ready = state.slots - state.starting;
        Metrics {
            workers: state.links.len(),
            max_workers: self.config.max_workers,
            idle: state.idle.len(),
            running: ready.saturating_sub(state.idle.len()),
            queued: state.queue.len(),
            queue_capacity: self.config.queue_capacity,
            #[cfg(feature = "metrics")]
            queue_wait: state.queue_wait.quantiles(),
            #[cfg(feature = "metrics")]
            run_time: state.run_time.quantiles(),
            ..state.stats.clone()
        }
    }
}

impl State {
    /// Reserves a slot for a spare worker, if there are too few.
    fn reserve_spare(&mut self, config: &Config) -> bool {
        let reserve = self.shutdown.is_none()
            && self.slots < config.max_workers
            && self.idle.len() + self.starting < config.min_idle;
        self.reserve_slot(reserve);
        reserve
    }

    fn reserve_slot(&mut self, reserve: bool) {
        self.slots += usize::from(reserve);
        self.starting += usize::from(reserve);
    }

    /// Ends a starting slot.
    fn end_slot(&mut self) {
        self.starting -= 1;
        self.slots -= 1;
    }

    /// Whether all starting slots are needed.
    fn needs_start(&self, config: &Config) -> bool {
        self.queue.len() >= self.starting
            || (self.shutdown.is_none() && self.idle.len() + self.starting <= config.min_idle)
    }

    fn remove_idle(&mut self, link: &Arc<Link>) -> bool {
        let index = self.idle.iter().position(|idle| Arc::ptr_eq(idle, link));
        index.map(|index| self.idle.remove(index)).is_some()
    }

    fn back_off(&mut self) {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let wait = FIRST_BACK_OFF.saturating_mul(1 << doublings).min(MAX_BACK_OFF);
        self.retry_at = Some(Instant::now() + wait);
    }

    fn count(&mut self, Done { current, reply, ran }: &Done) {
        self.stats.total_queue_wait += current.queued;
        self.stats.total_run_time += *ran;
        #[cfg(feature = "metrics")]
        {
            self.queue_wait.record(current.queued);
            self.run_time.record(*ran);
        }
        self.stats.bytes_in += current.call.size();
        if let Ok(payload) = reply {
            self.stats.bytes_out += payload.bytes().len() as u64;
        }
        // A cancelled call was counted when it was cancelled.
        if !matches!(reply, Err(Error::Cancelled)) {
            self.stats.calls.count(reply);
        }
    }
}
