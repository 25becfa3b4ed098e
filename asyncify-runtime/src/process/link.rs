//! A worker process as the pool sees it: what callers and the worker's manager share.
//!
//! A caller that finds a worker idle writes its request itself, which saves the hop over the
//! manager; the manager meanwhile waits for what comes back. The rules:
//!
//! 1. [`State::current`] is set by whoever took the link off the idle list, or by the manager while
//!    the link is not on it. Only the manager takes it away.
//! 2. The process is killed and reaped under the lock, so that no signal ever goes to a process id
//!    that belongs to somebody else by now.
//! 3. The manager is woken by the timer alone: whoever has something for it makes the timer fire.
//!    It may fire early; it never fires late.

use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::call::Call;
use super::error::ProcessError;
use super::locked;
use super::metrics::End;
use super::sys::{self, Timer, Watched};
use crate::error::Error;
use crate::sync::{Mutex, MutexGuard};

pub(crate) struct Link {
    /// Our end; never blocks.
    pub(crate) socket: UnixStream,
    pub(crate) process: Watched,
    pub(crate) timer: Timer,
    /// Where a cancelled call is announced, when the pool gives calls the time to hear of it.
    control: Option<UnixStream>,
    kill_group: bool,
    grace: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// Why it was killed.
    killed: Option<End>,
    /// It was reaped.
    gone: bool,
    /// When an idle worker leaves.
    idle_until: Option<Instant>,
    /// When the timer fires, at the latest.
    armed: Option<Instant>,
}

/// The call that a worker runs.
pub(crate) struct Current {
    pub(crate) call: Arc<Call>,
    /// For a worker.
    pub(crate) waited: Duration,
    pub(crate) began: Instant,
    /// How much of the frame is written.
    sent: usize,
    /// When patience ends: with the function, or after the verdict with the worker.
    deadline: Option<Instant>,
    /// What the caller gets, whatever comes back.
    pub(crate) verdict: Option<Error>,
    /// What the books get, if the worker has to be killed for it.
    end: End,
}

impl Current {
    /// Whether the worker has been sent all of it.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent == self.call.frame.len()
    }
}

/// What is left when a worker was reaped.
pub(crate) struct Remains {
    pub(crate) current: Option<Current>,
    pub(crate) killed: Option<End>,
    pub(crate) status: Option<ExitStatus>,
}

impl Link {
    pub(crate) fn new(
        socket: UnixStream,
        process: Watched,
        timer: Timer,
        control: Option<UnixStream>,
        kill_group: bool,
        grace: Option<Duration>,
    ) -> Self {
        let state = Mutex::new(State::default());
        Self { socket, process, timer, control, kill_group, grace, state }
    }

    /// Gives the call to the worker.
    pub(crate) fn begin(self: &Arc<Self>, call: &Arc<Call>, timeout: Option<Duration>) -> Begun {
        let mut state = locked(&self.state);
        if state.gone || state.killed.is_some() {
            return Begun::Dying;
        }
        debug_assert!(state.current.is_none(), "rule 1");
        let Some(waited) = call.run_by(self) else { return Begun::Abandoned };
        let began = Instant::now();
        let deadline = call.timeout.or(timeout).and_then(|timeout| began.checked_add(timeout));
        state.current = Some(Current {
            call: call.clone(),
            waited,
            began,
            sent: 0,
            deadline,
            verdict: None,
            end: End::Crashed,
        });
        state.idle_until = None;
        self.send(&mut state);
        if let Some(deadline) = deadline {
            self.wake_at(&mut state, deadline);
        }
        Begun::Running
    }

    /// Writes what the socket takes of the current call, and leaves the rest to the manager.
    fn send(&self, state: &mut State) {
        let Some(current) = &mut state.current else { return };
        while !current.is_sent() {
            match sys::send_now(&self.socket, &current.call.frame[current.sent..]) {
                Ok(0) => {
                    self.wake_at(state, Instant::now());
                    return;
                }
                Ok(sent) => current.sent += sent,
                // The worker has gone: the manager sees that too, and knows by `sent` that it has
                // not run anything.
                Err(_) => return,
            }
        }
    }

    /// The manager's part of [`send`](Self::send); true while there is a rest.
    pub(crate) fn send_rest(&self) -> bool {
        let mut state = locked(&self.state);
        let Some(current) = &mut state.current else { return false };
        while !current.is_sent() {
            match sys::send_now(&self.socket, &current.call.frame[current.sent..]) {
                Ok(0) => return true,
                Ok(sent) => current.sent += sent,
                Err(_) => return false,
            }
        }
        false
    }

    /// Makes the timer fire at that time, or before.
    fn wake_at(&self, state: &mut State, at: Instant) {
        if state.armed.is_none_or(|armed| at < armed) {
            state.armed = Some(at);
            self.timer.set(at.saturating_duration_since(Instant::now()));
        }
    }

    /// Makes the manager look around now.
    pub(crate) fn wake(&self) {
        self.wake_at(&mut locked(&self.state), Instant::now());
    }

    /// The worker has nothing to do, at most for this time.
    pub(crate) fn rest(&self, idle_timeout: Option<Duration>) {
        let mut state = locked(&self.state);
        state.idle_until = idle_timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        if let Some(until) = state.idle_until {
            self.wake_at(&mut state, until);
        }
    }

    /// What the time has brought, seen by the manager when the timer has fired.
    pub(crate) fn on_timer(&self) -> Due {
        let mut state = locked(&self.state);
        self.timer.clear();
        state.armed = None;
        let now = Instant::now();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let Some(current) = &state.current else {
            if !is_due(state.idle_until) {
                if let Some(until) = state.idle_until {
                    self.wake_at(&mut state, until);
                }
            }
            return Due::Idle { expired: is_due(state.idle_until) };
        };
        if !is_due(current.deadline) {
            if let Some(deadline) = current.deadline {
                self.wake_at(&mut state, deadline);
            }
        } else if current.verdict.is_some() {
            let end = current.end;
            self.kill(&mut state, end);
        } else {
            let error = ProcessError::TimedOut {
                task: current.call.task.name().to_owned(),
                pid: self.process.pid(),
                after: current.began.elapsed(),
            };
            self.stop(&mut state, error.into(), End::TimedOut);
        }
        Due::Busy
    }

    /// Ends the current call without its result: softly first, if there is time for it.
    fn stop(&self, state: &mut MutexGuard<'_, State>, verdict: Error, end: End) {
        let Some(current) = &mut state.current else { return };
        if current.verdict.is_some() {
            return;
        }
        current.verdict = Some(verdict);
        current.end = end;
        let kill_at = self.grace.and_then(|grace| Instant::now().checked_add(grace));
        current.deadline = kill_at;
        match (&self.control, kill_at) {
            (Some(control), Some(kill_at)) => {
                // A worker that does not read its announcements is killed in time.
                let _ = sys::send_now(control, &current.call.id.to_le_bytes());
                self.wake_at(state, kill_at);
            }
            _ => self.kill(state, end),
        }
    }

    fn kill(&self, state: &mut State, end: End) {
        if !state.gone && state.killed.is_none() {
            state.killed = Some(end);
            self.process.kill(self.kill_group);
        }
    }

    /// The caller of `call` has gone.
    pub(crate) fn abandon(&self, call: &Arc<Call>) {
        let mut state = locked(&self.state);
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.call, call)) {
            self.stop(&mut state, Error::Cancelled, End::Dropped);
        }
    }

    /// Stops the worker and whatever it runs.
    pub(crate) fn discard(&self, verdict: Error, end: End) {
        let mut state = locked(&self.state);
        if let Some(current) = &mut state.current {
            current.verdict.get_or_insert(verdict);
        }
        self.kill(&mut state, end);
    }

    /// Takes the call whose answer has come. `None`: no such call runs here.
    pub(crate) fn take(&self, call: u64) -> Option<Current> {
        let mut state = locked(&self.state);
        state.current.take_if(|current| current.call.id == call && current.is_sent())
    }

    /// The call of that number, if it runs here.
    #[cfg(feature = "tracing")]
    pub(crate) fn running(&self, call: u64) -> Option<Arc<Call>> {
        let state = locked(&self.state);
        let current = state.current.as_ref().filter(|current| current.call.id == call)?;
        Some(current.call.clone())
    }

    /// Whether the worker's end of the socket is closed, as far as that end is the only one.
    pub(crate) fn has_closed(&self) -> bool {
        sys::has_hung_up(&self.socket) || sys::is_readable(&self.process)
    }

    /// Reaps the worker, which has ended. Nothing begins here any more.
    pub(crate) fn bury(&self, child: &mut Child) -> Remains {
        let mut state = locked(&self.state);
        if self.kill_group && (state.killed.is_some() || state.current.is_some()) {
            self.process.kill_group();
        }
        state.gone = true;
        let status = sys::reap(child);
        Remains { current: state.current.take(), killed: state.killed, status }
    }
}

/// What came of [`Link::begin`].
#[must_use]
pub(crate) enum Begun {
    Running,
    /// The caller has gone in the meantime.
    Abandoned,
    /// The worker will not run it, but another can.
    Dying,
}

/// What the time has brought.
pub(crate) enum Due {
    Busy,
    Idle { expired: bool },
}
