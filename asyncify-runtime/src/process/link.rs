//! A worker process as the pool sees it: what callers share with the worker's manager thread.
//!
//! A caller that takes an idle worker writes its request itself, which does not wake the manager;
//! the manager waits for the answer meanwhile. The rules:
//!
//! 1. [`State::current`] is set by the thread that took the link off the idle list, or by the
//!    manager while the link is not on it. Only the manager clears it.
//! 2. The process is killed and reaped under the lock, so that no signal is sent to a process id
//!    that was reused.
//! 3. Other threads wake the manager by its timer alone. It may fire early; it never fires late.

use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::call::Call;
use super::locked;
use super::metrics::ExitReason;
use super::sys::{self, Timer, Watched};
use crate::error::Error;
use crate::error::process::ProcessError;
use crate::sync::Mutex;

pub(crate) struct Link {
    /// The pool's end; never blocks.
    pub(crate) socket: UnixStream,
    pub(crate) process: Watched,
    pub(crate) timer: Timer,
    /// Announces cancelled calls, where the pool has a [grace period](super::Builder::kill_grace).
    control: Option<UnixStream>,
    kill_group: bool,
    grace: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    killed: Option<ExitReason>,
    reaped: bool,
    /// When an idle worker exits.
    idle_until: Option<Instant>,
    /// When the timer fires, at the latest.
    timer_at: Option<Instant>,
}

/// The call that a worker runs.
pub(crate) struct Current {
    pub(crate) call: Arc<Call>,
    /// How long it was queued.
    pub(crate) queued: Duration,
    pub(crate) started: Instant,
    /// How many bytes of the frame are written.
    sent: usize,
    /// When the call is stopped; once it is, when the worker is killed.
    deadline: Option<Instant>,
    /// The result of a call that was stopped, whatever the worker answers.
    pub(crate) stopped: Option<Stop>,
}

/// Why a call ends without an answer.
pub(crate) struct Stop {
    pub(crate) error: Error,
    /// If the worker has to be killed for it.
    reason: ExitReason,
}

impl Current {
    /// Whether the worker has been sent all of it.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent == self.call.frame.len()
    }
}

/// A worker that was reaped.
pub(crate) struct Exit {
    pub(crate) current: Option<Current>,
    pub(crate) killed: Option<ExitReason>,
    pub(crate) status: Option<ExitStatus>,
}

/// The result of [`Link::start`].
#[must_use]
pub(crate) enum Started {
    Running,
    /// The call was cancelled.
    Cancelled,
    /// The worker is exiting; another one can run the call.
    Exiting,
}

/// What the manager finds when the timer has fired.
pub(crate) enum Due {
    Busy,
    Idle { expired: bool },
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

    /// Sends the call to the worker.
    pub(crate) fn start(self: &Arc<Self>, call: &Arc<Call>, timeout: Option<Duration>) -> Started {
        let mut state = locked(&self.state);
        if state.reaped || state.killed.is_some() {
            return Started::Exiting;
        }
        debug_assert!(state.current.is_none(), "rule 1");
        let Some(queued) = call.start(self) else { return Started::Cancelled };
        let started = Instant::now();
        let deadline = call.timeout.or(timeout).and_then(|timeout| started.checked_add(timeout));
        let call = call.clone();
        let mut current = Current { call, queued, started, sent: 0, deadline, stopped: None };
        // What the socket does not take now is left to the manager.
        let wake_at = if self.send(&mut current) { Some(started) } else { deadline };
        state.current = Some(current);
        state.idle_until = None;
        if let Some(wake_at) = wake_at {
            self.wake_at(&mut state, wake_at);
        }
        Started::Running
    }

    /// Writes the rest of the current call; true while the socket is full.
    pub(crate) fn send_rest(&self) -> bool {
        locked(&self.state).current.as_mut().is_some_and(|current| self.send(current))
    }

    fn send(&self, current: &mut Current) -> bool {
        while !current.is_sent() {
            match sys::send_now(&self.socket, &current.call.frame[current.sent..]) {
                Ok(0) => return true,
                Ok(sent) => current.sent += sent,
                // The worker has exited: the manager sees that too, and knows by `sent` that the
                // call has not run.
                Err(_) => return false,
            }
        }
        false
    }

    /// Sets the timer to that time, unless it fires earlier.
    fn wake_at(&self, state: &mut State, at: Instant) {
        if state.timer_at.is_none_or(|timer_at| at < timer_at) {
            state.timer_at = Some(at);
            self.timer.set(at.saturating_duration_since(Instant::now()));
        }
    }

    pub(crate) fn wake_manager(&self) {
        self.wake_at(&mut locked(&self.state), Instant::now());
    }

    /// The worker is idle; it exits after this time.
    pub(crate) fn set_idle(&self, timeout: Option<Duration>) {
        let mut state = locked(&self.state);
        state.idle_until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        if let Some(until) = state.idle_until {
            self.wake_at(&mut state, until);
        }
    }

    /// Called by the manager when the timer has fired: stops a call that is late.
    pub(crate) fn on_timer(&self) -> Due {
        let mut state = locked(&self.state);
        self.timer.clear();
        state.timer_at = None;
        let deadline = state.current.as_ref().map_or(state.idle_until, |current| current.deadline);
        let expired = deadline.is_some_and(|deadline| deadline <= Instant::now());
        if let Some(deadline) = deadline.filter(|_| !expired) {
            self.wake_at(&mut state, deadline);
        }
        let Some(current) = &state.current else { return Due::Idle { expired } };
        if expired {
            if let Some(Stop { reason, .. }) = current.stopped {
                self.kill(&mut state, reason);
            } else {
                let error = ProcessError::TimedOut {
                    task: current.call.task.name().to_owned(),
                    pid: self.process.pid(),
                    after: current.started.elapsed(),
                };
                self.stop(&mut state, error.into(), ExitReason::TimedOut);
            }
        }
        Due::Busy
    }

    /// Stops the current call: by announcing it, where there is a grace period, and by killing the
    /// worker otherwise.
    fn stop(&self, state: &mut State, error: Error, reason: ExitReason) {
        let Some(current) = state.current.as_mut().filter(|current| current.stopped.is_none())
        else {
            return;
        };
        current.stopped = Some(Stop { error, reason });
        current.deadline = self.grace.and_then(|grace| Instant::now().checked_add(grace));
        match (&self.control, current.deadline) {
            (Some(control), Some(kill_at)) => {
                // A worker that does not read the announcement is killed after the grace period.
                let _ = sys::send_now(control, &current.call.id.to_le_bytes());
                self.wake_at(state, kill_at);
            }
            _ => self.kill(state, reason),
        }
    }

    fn kill(&self, state: &mut State, reason: ExitReason) {
        if !state.reaped && state.killed.is_none() {
            state.killed = Some(reason);
            self.process.kill(self.kill_group);
        }
    }

    /// Stops the call, if it is the current one, because its future was dropped.
    pub(crate) fn cancel(&self, call: &Arc<Call>) {
        let mut state = locked(&self.state);
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.call, call)) {
            self.stop(&mut state, Error::Cancelled, ExitReason::Dropped);
        }
    }

    /// Kills the worker; the current call ends with `error`, unless it was stopped before.
    pub(crate) fn kill_now(&self, error: Error, reason: ExitReason) {
        let mut state = locked(&self.state);
        if let Some(current) = &mut state.current {
            current.stopped.get_or_insert(Stop { error, reason });
        }
        self.kill(&mut state, reason);
    }

    /// Takes the call that was answered; `None` if it is not the current one.
    pub(crate) fn take(&self, call: u64) -> Option<Current> {
        let mut state = locked(&self.state);
        state.current.take_if(|current| current.call.id == call && current.is_sent())
    }

    /// The current call, if it has this number.
    #[cfg(feature = "tracing")]
    pub(crate) fn running(&self, call: u64) -> Option<Arc<Call>> {
        let state = locked(&self.state);
        let current = state.current.as_ref().filter(|current| current.call.id == call)?;
        Some(current.call.clone())
    }

    /// The name of the function that the worker runs, and for how long.
    #[cfg(feature = "console")]
    pub(crate) fn current(&self) -> Option<(&'static str, Duration)> {
        let state = locked(&self.state);
        let current = state.current.as_ref()?;
        Some((current.call.task.name(), current.started.elapsed()))
    }

    /// Waits until the process has exited, at most for `timeout`; false: it lives.
    pub(crate) fn exits_within(&self, timeout: Duration) -> bool {
        sys::is_readable_within(&self.process, timeout)
    }

    /// Reaps the worker, which has exited or was killed. No call starts here any more.
    pub(crate) fn reap(&self, child: &mut Child) -> Exit {
        let mut state = locked(&self.state);
        if self.kill_group && (state.killed.is_some() || state.current.is_some()) {
            self.process.kill_group();
        }
        state.reaped = true;
        // Fails if the program has reaped it by a `waitpid` of its own.
        let status = child.wait().ok();
        Exit { current: state.current.take(), killed: state.killed, status }
    }
}
