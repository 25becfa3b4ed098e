//! What all workers of a pool share: the queue, the idle list, and the books.
//!
//! One lock guards it. Under it nothing is sent, started, woken or dropped that belongs to a user;
//! and no other lock is taken, so that a link's lock and a call's may be held around it.
//!
//! A *slot* is a manager thread with the worker process that it keeps, one after the other. It is
//! *starting* from the moment somebody wants it until its worker is ready: such a slot looks into
//! the queue by itself, so a submitter asks for another one only when the queue is longer than the
//! slots that will look.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::builder::Config;
use super::call::{Call, Reply};
use super::error::ProcessError;
use super::link::{Begun, Current, Link};
use super::locked;
use super::manager;
use super::metrics::{End, Metrics};
use crate::error::Error;
#[cfg(feature = "metrics")]
use crate::pool::Durations;
use crate::pool::Shutdown;
use crate::sync::{Condvar, Mutex};
use crate::util::wake_all;

/// The wait after the first failed start; it doubles.
const FIRST_BACK_OFF: Duration = Duration::from_millis(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(5);
/// Failed starts in a row that callers do not hear of.
const TOLERATED_FAILURES: u32 = 2;

pub(crate) struct Shared {
    pub(crate) config: Config,
    state: Mutex<State>,
    /// For slots that wait before the next attempt.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The last one is taken first, so that the others may leave.
    idle: Vec<Arc<Link>>,
    queue: VecDeque<Arc<Call>>,
    /// Every process that is not reaped.
    links: Vec<Arc<Link>>,
    slots: usize,
    starting: usize,
    /// Failed starts in a row.
    failures: u32,
    retry_at: Option<Instant>,
    closed: Option<Shutdown>,
    /// Of those who wait for the last slot to end.
    awaiting_end: Vec<Waker>,
    /// Without the numbers of now, and without distributions.
    books: Metrics,
    #[cfg(feature = "metrics")]
    queue_times: Durations,
    #[cfg(feature = "metrics")]
    run_times: Durations,
}

/// What a worker that is free does next.
pub(crate) enum Next {
    Call(Arc<Call>),
    Rest,
    Leave,
}

/// A call that has ended, and what its caller gets.
pub(crate) struct Done {
    pub(crate) current: Current,
    pub(crate) reply: Reply,
    pub(crate) ran: Duration,
}

impl Done {
    pub(crate) fn new(mut current: Current, reply: Reply) -> Self {
        let reply = current.verdict.take().map_or(reply, Err);
        let ran = current.began.elapsed();
        Self { current, reply, ran }
    }

    pub(crate) fn complete(self) {
        self.current.call.complete(self.reply);
    }
}

/// Why a worker did not get ready.
pub(crate) struct StartFailure {
    pub(crate) error: ProcessError,
    /// Whether another attempt would fail alike.
    pub(crate) is_final: bool,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        Self { config, state: Mutex::new(State::default()), changed: Condvar::new() }
    }

    /// Gives the call to an idle worker, or queues it for one that is started if need be.
    pub(crate) fn submit(self: &Arc<Self>, call: &Arc<Call>) -> Result<(), Error> {
        loop {
            let mut state = locked(&self.state);
            if state.closed.is_some() {
                state.books.calls.refused += 1;
                return Err(Error::ShutDown);
            }
            let Some(link) = state.idle.pop() else { break self.enqueue(state, call) };
            let grows = state.wants_spare(&self.config);
            drop(state);
            if grows {
                self.start_slot();
            }
            match link.begin(call, self.config.timeout) {
                Begun::Running => return Ok(()),
                Begun::Abandoned => {
                    locked(&self.state).idle.push(link);
                    return Ok(());
                }
                Begun::Dying => {}
            }
        }
    }

    fn enqueue(
        self: &Arc<Self>,
        mut state: crate::sync::MutexGuard<'_, State>,
        call: &Arc<Call>,
    ) -> Result<(), Error> {
        let grows = state.queue.len() >= state.starting && state.slots < self.config.workers;
        state.reserve_slot(grows);
        let room = self.config.queue_limit.map(|limit| limit.saturating_add(state.starting));
        if room.is_some_and(|room| state.queue.len() >= room) {
            state.books.calls.refused += 1;
            return Err(Error::Rejected);
        }
        state.queue.push_back(call.clone());
        drop(state);
        if grows {
            self.start_slot();
        }
        Ok(())
    }

    /// Starts what was reserved; without a thread for it, the calls wait for the slots there are.
    fn start_slot(self: &Arc<Self>) {
        let shared = self.clone();
        let name = format!("proc-{}", self.config.name);
        let started = thread::Builder::new().name(name).spawn(move || manager::run(&shared));
        let Err(error) = started else { return };
        let mut state = locked(&self.state);
        state.books.start_failures += 1;
        let calls =
            if state.slots == 1 { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        let wakers = state.end_slot();
        drop(state);
        wake_all(wakers);
        let detail = format!("no thread to manage it: {error}");
        self.fail(calls, &ProcessError::Start { attempts: 1, detail }.into());
    }

    /// Starts the workers that wait for calls that nobody has made yet.
    pub(crate) fn start_spares(self: &Arc<Self>) {
        loop {
            let mut state = locked(&self.state);
            if !state.wants_spare(&self.config) {
                return;
            }
            drop(state);
            self.start_slot();
        }
    }

    /// The manager's way to begin what [`next`](Self::next) has given it. False: the caller has
    /// gone, and the worker is as free as before.
    pub(crate) fn begin_next(&self, link: &Arc<Link>, call: Arc<Call>) -> bool {
        match link.begin(&call, self.config.timeout) {
            Begun::Running => true,
            Begun::Abandoned => false,
            Begun::Dying => {
                locked(&self.state).queue.push_front(call);
                true
            }
        }
    }

    /// What a free worker does next, after the call that it has just ended.
    pub(crate) fn next(&self, link: &Arc<Link>, done: Option<&Done>) -> Next {
        let mut state = locked(&self.state);
        if let Some(done) = done {
            state.book(done);
        }
        if let Some(call) = state.queue.pop_front() {
            return Next::Call(call);
        }
        if state.closed.is_some() {
            return Next::Leave;
        }
        state.idle.push(link.clone());
        Next::Rest
    }

    /// Counts a call whose worker does nothing next.
    pub(crate) fn book(&self, done: &Done) {
        locked(&self.state).book(done);
    }

    /// Takes an idle worker off the list, if it may leave. `None`: a caller is about to use it, or
    /// the pool keeps it.
    pub(crate) fn may_leave(&self, link: &Arc<Link>, expired: bool) -> Option<End> {
        let mut state = locked(&self.state);
        let end = match state.closed {
            Some(_) if state.queue.is_empty() => End::ShutDown,
            None if expired && state.idle.len() > self.config.min_idle => End::Idle,
            _ => return None,
        };
        state.forget_idle(link).then_some(end)
    }

    /// The caller of a queued call has gone.
    pub(crate) fn withdraw(&self, call: &Arc<Call>) {
        let mut state = locked(&self.state);
        state.books.calls.cancelled += 1;
        let place = state.queue.iter().position(|queued| Arc::ptr_eq(queued, call));
        let withdrawn = place.and_then(|place| state.queue.remove(place));
        drop(state);
        drop(withdrawn);
    }

    pub(crate) fn count_cancelled(&self) {
        locked(&self.state).books.calls.cancelled += 1;
    }

    /// Gives a call back whose worker has died before it read it.
    pub(crate) fn run_again(self: &Arc<Self>, call: Arc<Call>) {
        let mut state = locked(&self.state);
        state.books.retried += 1;
        // The slot of the dead worker starts over, and looks into the queue.
        state.queue.push_front(call);
    }

    // Slots.

    /// Waits until a starting slot may try, and says whether it still should: if not, its thread
    /// ends.
    pub(crate) fn await_start(&self) -> bool {
        let mut state = locked(&self.state);
        loop {
            if !state.needs_start(&self.config) {
                let wakers = state.end_slot();
                drop(state);
                wake_all(wakers);
                return false;
            }
            let wait = state.retry_at.map(|at| at.saturating_duration_since(Instant::now()));
            match wait.filter(|wait| !wait.is_zero()) {
                None => return true,
                Some(wait) => {
                    let result = self.changed.wait_timeout(state, wait);
                    state = result.unwrap_or_else(std::sync::PoisonError::into_inner).0;
                }
            }
        }
    }

    /// A process has been started. False: the pool has been told to discard everything meanwhile.
    pub(crate) fn register(&self, link: &Arc<Link>) -> bool {
        let mut state = locked(&self.state);
        state.books.spawned += 1;
        state.links.push(link.clone());
        state.closed != Some(Shutdown::Discard)
    }

    /// The worker is ready for its first call.
    pub(crate) fn ready(&self) {
        let mut state = locked(&self.state);
        state.starting -= 1;
        state.failures = 0;
        state.retry_at = None;
    }

    /// A process was reaped. Its slot is starting again, if its worker was ever ready.
    pub(crate) fn buried(&self, link: &Arc<Link>, end: End, was_ready: bool) {
        let mut state = locked(&self.state);
        state.forget_idle(link);
        state.links.retain(|other| !Arc::ptr_eq(other, link));
        state.books.ended.count(end);
        if was_ready {
            state.starting += 1;
        }
    }

    /// No worker of this slot has got ready. After some failures in a row the calls that wait are
    /// told so.
    pub(crate) fn start_failed(&self, failure: StartFailure) {
        let mut state = locked(&self.state);
        state.books.start_failures += 1;
        state.back_off();
        if !failure.is_final && state.failures <= TOLERATED_FAILURES {
            return;
        }
        let calls = std::mem::take(&mut state.queue);
        let error = match failure.error {
            ProcessError::Start { detail, .. } => {
                ProcessError::Start { attempts: state.failures, detail }
            }
            other => other,
        };
        drop(state);
        self.fail(calls, &error.into());
    }

    /// A worker has died before its first call: the next one waits, lest they follow each other
    /// for ever.
    pub(crate) fn died_early(&self) {
        locked(&self.state).back_off();
    }

    fn fail(&self, calls: VecDeque<Arc<Call>>, error: &Error) {
        for call in calls {
            let reply = Err(error.clone());
            locked(&self.state).books.calls.count(&reply);
            call.complete(reply);
        }
    }

    // The end.

    pub(crate) fn close(&self, how: Shutdown) {
        let mut state = locked(&self.state);
        if state.closed != Some(Shutdown::Discard) {
            state.closed = Some(how);
        }
        let links = state.links.clone();
        let calls = match how {
            Shutdown::Drain => VecDeque::new(),
            Shutdown::Discard => std::mem::take(&mut state.queue),
        };
        drop(state);
        self.changed.notify_all();
        self.fail(calls, &Error::ShutDown);
        for link in links {
            match how {
                Shutdown::Drain => link.wake(),
                Shutdown::Discard => link.discard(Error::ShutDown, End::ShutDown),
            }
        }
    }

    /// Resolves once the last slot of the closed pool has ended.
    pub(crate) async fn closed(&self) {
        std::future::poll_fn(|cx| {
            // Cloned and dropped by code of the user's, so before and behind the lock.
            let waker = cx.waker().clone();
            let mut state = locked(&self.state);
            if state.slots == 0 {
                return Poll::Ready(());
            }
            if !state.awaiting_end.iter().any(|other| other.will_wake(&waker)) {
                state.awaiting_end.push(waker);
            }
            Poll::Pending
        })
        .await;
    }

    pub(crate) fn metrics(&self) -> Metrics {
        let state = locked(&self.state);
        let ready = state.slots - state.starting;
        Metrics {
            alive: state.links.len(),
            idle: state.idle.len(),
            busy: ready.saturating_sub(state.idle.len()),
            queued: state.queue.len(),
            #[cfg(feature = "metrics")]
            queue_times: state.queue_times.quantiles(),
            #[cfg(feature = "metrics")]
            run_times: state.run_times.quantiles(),
            ..state.books.clone()
        }
    }
}

impl State {
    /// Reserves a slot for a spare worker, where the pool is to have more of them.
    fn wants_spare(&mut self, config: &Config) -> bool {
        let wants = self.closed.is_none()
            && self.slots < config.workers
            && self.idle.len() + self.starting < config.min_idle;
        self.reserve_slot(wants);
        wants
    }

    /// Ends a starting slot, and gives the wakers that are to hear of it.
    fn end_slot(&mut self) -> Vec<Waker> {
        self.starting -= 1;
        self.slots -= 1;
        if self.slots == 0 { std::mem::take(&mut self.awaiting_end) } else { Vec::new() }
    }

    fn reserve_slot(&mut self, reserve: bool) {
        self.slots += usize::from(reserve);
        self.starting += usize::from(reserve);
    }

    /// Whether one of the starting slots has something to start for.
    fn needs_start(&self, config: &Config) -> bool {
        self.queue.len() >= self.starting
            || (self.closed.is_none() && self.idle.len() + self.starting <= config.min_idle)
    }

    fn forget_idle(&mut self, link: &Arc<Link>) -> bool {
        let place = self.idle.iter().position(|idle| Arc::ptr_eq(idle, link));
        place.map(|place| self.idle.remove(place)).is_some()
    }

    fn back_off(&mut self) {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let wait = FIRST_BACK_OFF.saturating_mul(1 << doublings).min(LONGEST_BACK_OFF);
        self.retry_at = Some(Instant::now() + wait);
    }

    fn book(&mut self, done: &Done) {
        self.books.queue_time += done.current.waited;
        self.books.run_time += done.ran;
        #[cfg(feature = "metrics")]
        {
            self.queue_times.record(done.current.waited);
            self.run_times.record(done.ran);
        }
        self.books.bytes_in += done.current.call.size();
        if let Ok(payload) = &done.reply {
            self.books.bytes_out += payload.bytes().len() as u64;
        }
        // Those whose caller has gone were counted when it went.
        if !matches!(done.reply, Err(Error::Cancelled)) {
            self.books.calls.count(&done.reply);
        }
    }
}
