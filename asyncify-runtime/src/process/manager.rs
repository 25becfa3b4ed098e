//! The thread that keeps one worker: starts it, reads its answers, and buries it.

use std::io::{self, ErrorKind, Read};
use std::process::{Child, ChildStderr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::builder::Config;
use super::call::Reply;
use super::error::{Crash, OomHint, ProcessError, Side};
use super::link::{Current, Due, Link, Remains};
use super::metrics::End;
use super::shared::{Done, Next, Shared};
use super::wire::{FrameReader, Header, Kind};
use super::{start, sys, wire};
use crate::error::Error;
use crate::util::{catch, drop_quietly};

/// How long a worker may take to leave when it was asked to.
const LEAVE: Duration = Duration::from_millis(500);

/// How long a worker may live on after it has closed its socket.
pub(crate) const LINGER: Duration = Duration::from_millis(500);

// The same on every Unix.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

/// The life of a slot: one worker after the other, as long as there is work for them.
pub(crate) fn run(shared: &Arc<Shared>) {
    while shared.await_start() {
        let started = catch(|| start::start(shared)).unwrap_or_else(|payload| {
            drop_quietly(payload);
            Err(start::failure(PANICKED.to_owned()))
        });
        match started {
            // After a panic the worker's destructor ends the process and its call.
            Ok(worker) => drop_quietly(catch(|| worker.serve())),
            Err(failure) => shared.start_failed(failure),
        }
    }
}

/// What a call is told of a panic of its manager, which the panic hook has reported.
const PANICKED: &str = "its thread panicked";

/// A worker and all that is ours alone of it.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) link: Arc<Link>,
    pub(crate) child: Child,
    pub(crate) reader: FrameReader,
    pub(crate) stderr: Option<Tail>,
    /// Calls that it has answered.
    served: u64,
    /// After how many it is replaced.
    lifetime: u64,
    /// What its socket told at the end: that it had not read all that it was sent.
    unread: bool,
    /// There may be more frames to cut out of what was read.
    has_more: bool,
    is_ready: bool,
    is_reaped: bool,
}

/// What came of reading.
#[expect(clippy::large_enum_variant, reason = "looked at where it is made, never stored")]
enum Heard {
    /// Nothing that is complete.
    Nothing,
    Answer(Done),
    /// An event of the function's.
    Log,
    /// It has closed its socket.
    End,
    /// What no worker says.
    Nonsense(String),
}

impl Drop for Worker {
    /// Leaves neither a process nor a call behind when its manager panics.
    fn drop(&mut self) {
        if !self.is_reaped {
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
        let lifetime = lifetime(&shared.config);
        Self {
            shared,
            link,
            child,
            reader,
            stderr,
            served: 0,
            lifetime,
            unread: false,
            has_more: false,
            is_ready: false,
            is_reaped: false,
        }
    }

    /// Gives it calls until its end, and buries it.
    fn serve(mut self) {
        self.is_ready = true;
        self.shared.ready();
        let mut free = true;
        let mut done = None;
        loop {
            if free {
                match self.next(done.take()) {
                    Ok(()) => free = false,
                    Err(end) => return self.leave(end),
                }
            }
            let due = match self.wait() {
                Ok(due) => due,
                Err(error) => return self.fail(error.to_string()),
            };
            match self.hear() {
                Heard::Nothing => self.has_more = false,
                // One at a time: a worker that logs without end must still end in time.
                Heard::Log => {
                    self.has_more = true;
                    if let Event::Ended = due {
                        continue;
                    }
                }
                Heard::Answer(answer) => {
                    self.served += 1;
                    (free, done) = (true, Some(answer));
                    continue;
                }
                Heard::End => return self.bury(None),
                Heard::Nonsense(detail) => return self.bury(Some(detail)),
            }
            match due {
                Event::Ended => return self.bury(None),
                Event::Timer(Due::Idle { expired }) => {
                    if let Some(end) = self.shared.may_leave(&self.link, expired) {
                        return self.leave(end);
                    }
                }
                Event::Timer(Due::Busy) | Event::Other => {}
            }
        }
    }

    /// Ends the last call and begins the next one, or rests. `Err`: it is not to go on.
    fn next(&mut self, mut done: Option<Done>) -> Result<(), End> {
        if let Some(end) = self.is_worn_out() {
            if let Some(done) = done {
                self.shared.book(&done);
                done.complete();
            }
            return Err(end);
        }
        loop {
            self.link.rest(self.shared.config.idle_timeout);
            let next = self.shared.next(&self.link, done.as_ref());
            // The next call first: the caller may as well wait for the worker as for the waker.
            let goes_on = match next {
                Next::Call(call) => self.shared.begin_next(&self.link, call),
                Next::Rest => true,
                Next::Leave => {
                    done.take().into_iter().for_each(Done::complete);
                    return Err(End::ShutDown);
                }
            };
            done.take().into_iter().for_each(Done::complete);
            if goes_on {
                return Ok(());
            }
        }
    }

    fn is_worn_out(&self) -> Option<End> {
        if self.served >= self.lifetime {
            return Some(End::MaxTasks);
        }
        let limit = self.shared.config.recycle_rss?;
        (sys::resident(self.link.process.pid())? > limit).then_some(End::Rss)
    }

    /// Waits for anything.
    fn wait(&mut self) -> io::Result<Event> {
        let blocked = self.link.send_rest();
        let until = self.has_more.then(Instant::now);
        let wanted = if blocked { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let link = &self.link;
        let process = PollFd::new(&link.process, PollFlags::IN);
        let timer = PollFd::new(&link.timer, PollFlags::IN);
        let socket = PollFd::new(&link.socket, wanted);
        let (ended, timer, words) = match self.stderr.as_ref().and_then(|tail| tail.pipe.as_ref()) {
            None => {
                let [ended, timer, _] = ready([process, timer, socket], until)?;
                (ended, timer, false)
            }
            Some(pipe) => {
                let pipe = PollFd::new(pipe, PollFlags::IN);
                let [ended, timer, _, words] = ready([process, timer, socket, pipe], until)?;
                (ended, timer, words)
            }
        };
        if let Some(tail) = self.stderr.as_mut().filter(|_| words) {
            tail.read();
        }
        Ok(match (ended, timer) {
            (true, _) => Event::Ended,
            (false, true) => Event::Timer(self.link.on_timer()),
            (false, false) => Event::Other,
        })
    }

    /// Reads until a call is answered or there is nothing left to read.
    fn hear(&mut self) -> Heard {
        loop {
            match self.reader.next() {
                Ok(Some(header)) => return self.on_frame(header),
                Ok(None) => {}
                Err(error) => return Heard::Nonsense(error.to_string()),
            }
            match self.reader.fill(&mut &self.link.socket) {
                Ok(0) => return Heard::End,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Heard::Nothing,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.unread = sys::is_unread(&error);
                    return Heard::End;
                }
            }
        }
    }

    fn on_frame(&mut self, header: Header) -> Heard {
        if header.kind == Kind::Log {
            // A thread that the function has left behind may be late.
            #[cfg(feature = "tracing")]
            if let Some(call) = self.link.running(header.call) {
                call.log(self.reader.payload());
            }
            return Heard::Log;
        }
        if !header.kind.is_answer() {
            return Heard::Nonsense(format!("{:?} where an answer was due", header.kind));
        }
        let Some(current) = self.link.take(header.call) else {
            return Heard::Nonsense(format!(
                "an answer to call {}, which nobody made",
                header.call
            ));
        };
        let reply = reply(&header, &mut self.reader, &current);
        Heard::Answer(Done::new(current, reply))
    }

    /// Lets the worker go.
    fn leave(mut self, end: End) {
        // One that does not take or follow it is killed.
        let _ = sys::send_now(&self.link.socket, &wire::short(Kind::Leave, 0, &[]));
        let mut fds = [PollFd::new(&self.link.process, PollFlags::IN)];
        let deadline = Instant::now() + LEAVE;
        if sys::poll(&mut fds, Some(deadline)).is_err() || !sys::is_readable(&self.link.process) {
            self.link.discard(Error::ShutDown, end);
        }
        self.link.bury(&mut self.child);
        self.buried(end);
    }

    /// Kills the worker, which can be managed no more, and ends the call that it has run.
    fn fail(&mut self, detail: String) {
        self.link.discard(ProcessError::ManagerFailed { detail }.into(), End::ManagerFailed);
        self.end_call();
    }

    pub(crate) fn buried(&mut self, end: End) {
        self.is_reaped = true;
        self.shared.buried(&self.link, end, self.is_ready);
    }

    /// Reaps the worker, which has died or must, and ends the call that it has run.
    fn bury(mut self, nonsense: Option<String>) {
        if let Some(detail) = nonsense {
            self.link.discard(ProcessError::Protocol { detail }.into(), End::Protocol);
        } else if !sys::is_readable(&self.link.process) {
            let mut fds = [PollFd::new(&self.link.process, PollFlags::IN)];
            let in_time = sys::poll(&mut fds, Some(Instant::now() + LINGER)).is_ok();
            if !in_time || !sys::is_readable(&self.link.process) {
                let detail = "it has closed its socket and lives on".to_owned();
                self.link.discard(ProcessError::Protocol { detail }.into(), End::Protocol);
            }
        }
        self.end_call();
    }

    fn end_call(&mut self) {
        let remains = self.link.bury(&mut self.child);
        let Remains { current, killed, .. } = &remains;
        let end = match (killed, current) {
            (Some(end), _) => *end,
            (None, Some(_)) => End::Crashed,
            (None, None) => End::DiedIdle,
        };
        if end == End::DiedIdle && self.served == 0 {
            self.shared.died_early();
        }
        match remains.current {
            None => self.buried(end),
            Some(current) => {
                let untouched = current.verdict.is_none() && (self.unread || !current.is_sent());
                if untouched && current.call.run_again() {
                    self.buried(End::DiedIdle);
                    self.shared.run_again(current.call);
                    return;
                }
                let crash = self.crash(&current, remains.status);
                let done = Done::new(current, Err(crash.into()));
                self.buried(end);
                self.shared.book(&done);
                done.complete();
            }
        }
    }

    fn crash(
        &mut self,
        current: &Current,
        status: Option<std::process::ExitStatus>,
    ) -> ProcessError {
        use std::os::unix::process::ExitStatusExt;
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
            ran: current.began.elapsed(),
            stderr: self.stderr.take().map(Tail::into_text),
            oom,
        }))
    }
}

/// Waits until one of these is ready, and says which are.
fn ready<const N: usize>(
    mut fds: [PollFd<'_>; N],
    until: Option<Instant>,
) -> io::Result<[bool; N]> {
    sys::poll(&mut fds, until)?;
    Ok(fds.map(|fd| !fd.revents().is_empty()))
}

enum Event {
    Ended,
    Timer(Due),
    Other,
}

/// What an answer says.
fn reply(header: &Header, reader: &mut FrameReader, current: &Current) -> Reply {
    let text = |reader: &FrameReader| String::from_utf8_lossy(reader.payload()).into_owned();
    let unreadable = |error: rmp_serde::decode::Error| ProcessError::Protocol {
        detail: format!("an unreadable answer: {error}"),
    };
    let error = match header.kind {
        Kind::Panicked => {
            rmp_serde::from_slice(reader.payload()).map_or_else(unreadable, ProcessError::Panicked)
        }
        Kind::Undecodable => ProcessError::Decode { side: Side::Worker, detail: text(reader) },
        Kind::Unencodable => ProcessError::Encode { side: Side::Worker, detail: text(reader) },
        Kind::TooLong => {
            rmp_serde::from_slice(reader.payload()).map_or_else(unreadable, |(bytes, limit)| {
                ProcessError::TooLarge { side: Side::Worker, bytes, limit }
            })
        }
        Kind::Unregistered => {
            ProcessError::Unregistered { task: current.call.task.name().to_owned() }
        }
        _ => return Ok(reader.take_payload(header)),
    };
    Err(error.into())
}

/// After how many calls this worker is replaced.
fn lifetime(config: &Config) -> u64 {
    let Some(most) = config.max_tasks else { return u64::MAX };
    #[expect(clippy::cast_precision_loss, reason = "a part of it, roughly")]
    let random = super::id::random() as f64 / u64::MAX as f64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number, roughly"
    )]
    let shorter = (most as f64 * config.jitter * random) as u64;
    (most - shorter.min(most)).max(1)
}

/// The end of what a worker writes to its stderr.
pub(crate) struct Tail {
    /// None at its end.
    pipe: Option<ChildStderr>,
    kept: Vec<u8>,
    most: usize,
}

impl Tail {
    pub(crate) fn new(pipe: ChildStderr, most: usize) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self { pipe: Some(pipe), kept: Vec::new(), most })
    }

    /// Reads what is there.
    fn read(&mut self) {
        let mut piece = [0; 4096];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut piece) {
                Ok(0) => self.pipe = None,
                Ok(read) => {
                    self.kept.extend_from_slice(&piece[..read]);
                    let surplus = self.kept.len().saturating_sub(self.most);
                    self.kept.drain(..surplus);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    pub(crate) fn into_text(mut self) -> String {
        self.read();
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}

#[cfg(test)]
mod tests;
