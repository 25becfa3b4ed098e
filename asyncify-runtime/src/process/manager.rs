//! The manager thread of a slot: starts a worker, reads its answers, and reaps it.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::builder::Config;
use super::call::Reply;
use super::link::{Current, Due, Exit, Link};
use super::metrics::ExitReason;
use super::shared::{Done, Next, Shared};
use super::stderr::Tail;
use super::wire::{FrameReader, Header, Kind};
use super::{start, sys, wire};
use crate::error::Error;
use crate::error::process::{Crash, OomHint, ProcessError};
use crate::util::{catch, drop_quietly, run_quietly};

/// How long a worker may take to exit that was asked to, or that has closed its socket.
pub(crate) const EXIT_TIMEOUT: Duration = Duration::from_millis(500);

/// The error of a call whose manager panics; the panic hook has reported the rest.
const PANICKED: &str = "it panicked";

// The same on every Unix.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

/// Runs workers, one at a time, as long as there is work for them.
pub(crate) fn run(shared: &Arc<Shared>) {
    while shared.await_start() {
        let started = catch(|| start::start(shared)).unwrap_or_else(|payload| {
            drop_quietly(payload);
            Err(start::failure(PANICKED))
        });
        match started {
            // If it panics, the destructor of the worker ends the process and its call.
            Ok(worker) => run_quietly(|| worker.serve()),
            Err(failure) => shared.start_failed(failure),
        }
    }
}

/// A worker, and the part of it that no other thread sees.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) link: Arc<Link>,
    pub(crate) child: Child,
    pub(crate) reader: FrameReader,
    pub(crate) stderr: Option<Tail>,
    /// Calls that it has answered.
    served: u64,
    /// After how many it is replaced.
    max_tasks: u64,
    /// It closed its socket before it had read everything.
    unread: bool,
    /// The reader may hold more frames.
    has_more: bool,
    stage: Stage,
}

enum Stage {
    Starting,
    Ready,
    Reaped,
}

/// Why [`Worker::wait`] returns.
enum Woken {
    Exited,
    Timer(Due),
    Io,
}

/// The result of reading the socket.
#[expect(clippy::large_enum_variant, reason = "matched where it is returned, never stored")]
enum Received {
    Nothing,
    Answer(Done),
    Log,
    Closed,
    ProtocolError(String),
}

impl Drop for Worker {
    /// Leaves neither a process nor a call behind when its manager panics.
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Reaped) {
            self.fail(PANICKED.to_owned());
        }
    }
}

impl Worker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        link: Arc<Link>,
        child: Child,
        reader: FrameReader,
        stderr: Option<Tail>,
    ) -> Self {
        Self {
            max_tasks: max_tasks(&shared.config),
            shared,
            link,
            child,
            reader,
            stderr,
            served: 0,
            unread: false,
            has_more: false,
            stage: Stage::Starting,
        }
    }

    /// Runs calls until the worker exits, and reaps it.
    fn serve(mut self) {
        self.stage = Stage::Ready;
        self.shared.ready();
        if let Err(reason) = self.next(None) {
            return self.exit(reason);
        }
        loop {
            let woken = match self.wait() {
                Ok(woken) => woken,
                Err(error) => return self.fail(error.to_string()),
            };
            match self.receive() {
                Received::Nothing => self.has_more = false,
                // One at a time, so that the time-out of a call that logs without end is seen.
                Received::Log => {
                    self.has_more = true;
                    if let Woken::Exited = woken {
                        continue;
                    }
                }
                Received::Answer(done) => {
                    self.served += 1;
                    match self.next(Some(done)) {
                        Ok(()) => continue,
                        Err(reason) => return self.exit(reason),
                    }
                }
                Received::Closed => return self.on_closed(),
                Received::ProtocolError(detail) => return self.on_protocol_error(detail),
            }
            match woken {
                Woken::Exited => return self.on_closed(),
                Woken::Timer(Due::Idle { expired }) => {
                    if let Some(reason) = self.shared.exit_reason(&self.link, expired) {
                        return self.exit(reason);
                    }
                }
                Woken::Timer(Due::Busy) | Woken::Io => {}
            }
        }
    }

    /// Completes the last call and starts the next one, or becomes idle. `Err`: the worker is to
    /// exit.
    fn next(&mut self, mut done: Option<Done>) -> Result<(), ExitReason> {
        if let Some(reason) = self.is_worn_out() {
            if let Some(done) = done {
                self.shared.count(&done);
                done.complete();
            }
            return Err(reason);
        }
        loop {
            self.link.set_idle(self.shared.config.keep_alive);
            // The next call first: the worker runs it while the caller of the last one is woken.
            let next = match self.shared.next(&self.link, done.as_ref()) {
                Next::Call(call) => Some(self.shared.start_next(&self.link, call)),
                Next::Idle => Some(true),
                Next::Exit => None,
            };
            done.take().into_iter().for_each(Done::complete);
            match next {
                Some(true) => return Ok(()),
                Some(false) => {}
                None => return Err(ExitReason::ShutDown),
            }
        }
    }

    fn is_worn_out(&self) -> Option<ExitReason> {
        if self.served >= self.max_tasks {
            return Some(ExitReason::MaxTasks);
        }
        let limit = self.shared.config.recycle_rss?;
        (sys::resident(self.link.process.pid())? > limit).then_some(ExitReason::Rss)
    }

    /// Waits for the process, the timer, the socket and stderr.
    fn wait(&mut self) -> io::Result<Woken> {
        let is_full = self.link.send_rest();
        let deadline = self.has_more.then(Instant::now);
        let events = if is_full { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let pipe = self.stderr.as_ref().and_then(|tail| tail.pipe.as_ref());
        let mut fds = [
            PollFd::new(&self.link.process, PollFlags::IN),
            PollFd::new(&self.link.timer, PollFlags::IN),
            PollFd::new(&self.link.socket, events),
            pipe.map_or(PollFd::new(&self.link.timer, PollFlags::empty()), |pipe| {
                PollFd::new(pipe, PollFlags::IN)
            }),
        ];
        sys::poll(&mut fds, deadline)?;
        let [exited, timer, _, written] = fds.map(|fd| !fd.revents().is_empty());
        if let Some(tail) = self.stderr.as_mut().filter(|_| written) {
            tail.read();
        }
        Ok(match (exited, timer) {
            (true, _) => Woken::Exited,
            (false, true) => Woken::Timer(self.link.on_timer()),
            (false, false) => Woken::Io,
        })
    }

    /// Reads until there is a frame or nothing left to read.
    fn receive(&mut self) -> Received {
        match self.reader.read(&mut &self.link.socket) {
            Ok(Some(header)) => self.on_frame(header),
            Ok(None) => Received::Closed,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => Received::Nothing,
                ErrorKind::InvalidData => Received::ProtocolError(error.to_string()),
                _ => {
                    self.unread = sys::is_unread(&error);
                    Received::Closed
                }
            },
        }
    }

    fn on_frame(&mut self, header: Header) -> Received {
        if header.kind == Kind::Log {
            // A thread that the function has started may log after its call has ended.
            #[cfg(feature = "tracing")]
            if let Some(call) = self.link.running(header.call) {
                call.log(self.reader.payload());
            }
            return Received::Log;
        }
        if !matches!(header.kind, Kind::Returned | Kind::Failed) {
            return Received::ProtocolError(format!("{:?} instead of an answer", header.kind));
        }
        let Some(current) = self.link.take(header.call) else {
            let detail = format!("an answer to call {}, which is not running", header.call);
            return Received::ProtocolError(detail);
        };
        let reply = reply(&header, &mut self.reader, current.call.task.name());
        Received::Answer(Done::new(current, reply))
    }

    /// Asks the worker to exit, and kills it if it does not.
    fn exit(mut self, reason: ExitReason) {
        let _ = sys::send_now(&self.link.socket, &wire::short(Kind::Exit, 0, &[]));
        if !self.link.exits_within(EXIT_TIMEOUT) {
            self.link.kill_now(Error::ShutDown, reason);
        }
        self.link.reap(&mut self.child);
        self.reaped(reason);
    }

    /// The worker has exited, or has closed its socket.
    fn on_closed(mut self) {
        if self.link.exits_within(EXIT_TIMEOUT) {
            self.reap();
        } else {
            self.on_protocol_error("it closed its socket and did not exit".to_owned());
        }
    }

    fn on_protocol_error(mut self, detail: String) {
        self.link.kill_now(ProcessError::Protocol { detail }.into(), ExitReason::Protocol);
        self.reap();
    }

    /// Kills the worker because this thread cannot manage it any more.
    fn fail(&mut self, detail: String) {
        let error = ProcessError::ManagerFailed { detail };
        self.link.kill_now(error.into(), ExitReason::ManagerFailed);
        self.reap();
    }

    /// Reaps the worker, and ends its call.
    fn reap(&mut self) {
        let Exit { current, killed, status } = self.link.reap(&mut self.child);
        let Some(current) = current else {
            if killed.is_none() && self.served == 0 {
                self.shared.died_early();
            }
            return self.reaped(killed.unwrap_or(ExitReason::DiedIdle));
        };
        let is_unread = current.stopped.is_none() && (self.unread || !current.is_sent());
        if is_unread && current.call.requeue() {
            self.reaped(ExitReason::DiedIdle);
            return self.shared.requeue(current.call);
        }
        let crash = self.crash(&current, status);
        let done = Done::new(current, Err(crash.into()));
        self.reaped(killed.unwrap_or(ExitReason::Crashed));
        self.shared.count(&done);
        done.complete();
    }

    pub(crate) fn reaped(&mut self, reason: ExitReason) {
        let was_ready = matches!(std::mem::replace(&mut self.stage, Stage::Reaped), Stage::Ready);
        self.shared.reaped(&self.link, reason, was_ready);
    }

    fn crash(&mut self, current: &Current, status: Option<ExitStatus>) -> ProcessError {
        let signal = status.and_then(|status| status.signal());
        let oom = match signal {
            Some(SIGKILL) => OomHint::Likely,
            Some(SIGABRT) if self.shared.config.memory_limit.is_some() => OomHint::LimitLikely,
            _ => OomHint::No,
        };
        ProcessError::Crashed(Box::new(Crash {
            task: current.call.task.name().to_owned(),
            pid: self.link.process.pid(),
            signal,
            code: status.and_then(|status| status.code()),
            ran: current.started.elapsed(),
            stderr: self.stderr.take().map(Tail::into_text),
            oom,
        }))
    }
}

/// The reply in an answer to a call of `task`.
fn reply(header: &Header, reader: &mut FrameReader, task: &str) -> Reply {
    if header.kind == Kind::Returned {
        return Ok(reader.take_payload(header));
    }
    let error = match rmp_serde::from_slice(reader.payload()) {
        Ok(ProcessError::Unregistered { .. }) => {
            ProcessError::Unregistered { task: task.to_owned() }
        }
        Ok(
            error @ (ProcessError::Panicked(_)
            | ProcessError::Decode { .. }
            | ProcessError::Encode { .. }
            | ProcessError::TooLarge { .. }),
        ) => error,
        // Only the pool knows whether a call has started.
        Ok(other) => ProcessError::Protocol { detail: format!("it answered: {other}") },
        Err(error) => ProcessError::Protocol { detail: format!("an unreadable answer: {error}") },
    };
    Err(error.into())
}

/// After how many calls a worker is replaced.
fn max_tasks(config: &Config) -> u64 {
    let Some(most) = config.max_tasks else { return u64::MAX };
    #[expect(clippy::cast_precision_loss, reason = "a fraction, roughly")]
    let random = RandomState::new().hash_one(()) as f64 / u64::MAX as f64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number, roughly"
    )]
    let fewer = (most as f64 * config.jitter * random) as u64;
    (most - fewer.min(most)).max(1)
}

#[cfg(test)]
mod tests;
