//! Starts a worker: this program again, with a socket as its stdin.
//!
//! There is no `pre_exec` here and must never be one: with it the standard library forks, which
//! copies the page tables of the parent. Without it a start costs the same from a parent of any
//! size.

use std::fmt::Write;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};

use super::bootstrap;
use super::builder::{Config, Stderr};
use super::error::ProcessError;
use super::hello::{self, Hello, Setup, Token, VARIABLE};
use super::link::{Exit, Link};
use super::manager::{EXIT_TIMEOUT, Worker};
use super::metrics::ExitReason;
use super::shared::{Shared, StartFailure};
use super::stderr::Tail;
use super::sys::{self, Timer, Watched};
use super::wire::{FrameReader, Kind, LONGEST_WORDS};

/// The running image, even where its file was replaced since.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Starts a worker and waits until it is ready.
pub(crate) fn start(shared: &Arc<Shared>) -> Result<Worker, StartFailure> {
    let token = Token::new();
    let Parts { link, child, control, stderr } =
        spawn(&shared.config, token).map_err(|error| failure(error.to_string()))?;
    let reader = FrameReader::new(shared.config.max_payload.max(LONGEST_WORDS));
    let wanted = shared.register(&link);
    let mut worker = Worker::new(shared.clone(), link, child, reader, stderr);
    let greeted = if wanted {
        greet(&mut worker, token, control.as_ref())
    } else {
        Err(failure("the pool was shut down".to_owned()))
    };
    match greeted {
        Ok(()) => Ok(worker),
        Err(failure) => Err(give_up(worker, failure)),
    }
}

pub(crate) fn failure(detail: String) -> StartFailure {
    StartFailure { error: ProcessError::Start { attempts: 1, detail }, is_final: false }
}

/// A process that has only just begun.
struct Parts {
    link: Arc<Link>,
    child: Child,
    /// The worker's end of the control socket.
    control: Option<UnixStream>,
    stderr: Option<Tail>,
}

fn spawn(config: &Config, token: Token) -> io::Result<Parts> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let (control, their_control) = match config.kill_grace {
        Some(_) => UnixStream::pair().map(|(ours, theirs)| (Some(ours), Some(theirs)))?,
        None => (None, None),
    };
    let timer = Timer::new()?;
    let mut child = command(config, token).stdin(OwnedFd::from(theirs)).spawn()?;
    // From here on the child must not be lost: it would be a zombie until the program ends.
    let rest = (|| {
        let stderr = match (config.stderr, child.stderr.take()) {
            (Stderr::Capture(most), Some(pipe)) => Some(Tail::new(pipe, most)?),
            _ => None,
        };
        Ok((Watched::new(&child)?, stderr))
    })();
    let (process, stderr) = match rest {
        Ok(parts) => parts,
        Err(error) => {
            // It has ended already, or ends now.
            let _ = child.kill();
            sys::reap(&mut child);
            return Err(error);
        }
    };
    let link = Link::new(ours, process, timer, control, config.kill_group, config.kill_grace);
    Ok(Parts { link: Arc::new(link), child, control: their_control, stderr })
}

fn command(config: &Config, token: Token) -> Command {
    let mut command = match &config.worker_exe {
        Some(path) => Command::new(path),
        None => Command::new(THIS_PROGRAM),
    };
    if config.worker_exe.is_none() {
        command.args(bootstrap::test_arguments().into_iter().flatten());
        if let Some(name) = std::env::args_os().next() {
            command.arg0(name);
        }
        if bootstrap::test_arguments().is_some() {
            // What a test harness says about the one test that it runs.
            command.stdout(Stdio::null());
        }
    }
    if let Stderr::Capture(_) = config.stderr {
        command.stderr(Stdio::piped());
    }
    command.envs(config.env.iter().map(|(name, value)| (name, value)));
    command.env(VARIABLE, token.to_text()).process_group(0);
    command
}

/// Exchanges the first words.
fn greet(
    worker: &mut Worker,
    token: Token,
    control: Option<&UnixStream>,
) -> Result<(), StartFailure> {
    let config = &worker.shared.config;
    let setup = hello::frame(Kind::Setup, &Setup::new(config));
    match send_setup(&worker.link.socket, &setup, control) {
        // One that has ended already says so below.
        Err(error) if !sys::is_unread(&error) => return Err(failure(error.to_string())),
        _ => {}
    }
    let other_program = config.worker_exe.is_some();
    let deadline = Instant::now().checked_add(config.start_timeout);
    let expected = Hello::new(token.nonce);
    let mut greeted = false;
    loop {
        while let Some(header) =
            worker.reader.next().map_err(|error| failure(format!("it said {error}")))?
        {
            match header.kind {
                Kind::Hello if !greeted => {
                    let hello: Hello = rmp_serde::from_slice(worker.reader.payload())
                        .map_err(|error| failure(format!("an unreadable greeting: {error}")))?;
                    hello.check(&expected, other_program).map_err(|(expected, found)| {
                        let error = ProcessError::Mismatch { expected, found };
                        StartFailure { error, is_final: true }
                    })?;
                    greeted = true;
                }
                Kind::Ready if greeted => return Ok(()),
                Kind::StartFailed => {
                    let text = String::from_utf8_lossy(worker.reader.payload());
                    return Err(failure(format!("the initializer failed: {text}")));
                }
                other => return Err(failure(format!("it said {other:?} instead of a greeting"))),
            }
        }
        wait(&worker.link, deadline)?;
        match worker.reader.fill(&mut &worker.link.socket) {
            Ok(0) => return Err(failure("it ended before it was ready".to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if worker.link.exits_within(Duration::ZERO) {
                    return Err(failure("it ended before it was ready".to_owned()));
                }
                if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                    return Err(failure(format!(
                        "it was not ready in {:?}: is `asyncify_runtime::process::init()` the \
                         first statement of its `main`?",
                        config.start_timeout
                    )));
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if sys::is_unread(&error) => {
                return Err(failure("it ended before it was ready".to_owned()));
            }
            Err(error) => return Err(failure(error.to_string())),
        }
    }
}

fn wait(link: &Link, deadline: Option<Instant>) -> Result<(), StartFailure> {
    let mut fds =
        [PollFd::new(&link.socket, PollFlags::IN), PollFd::new(&link.process, PollFlags::IN)];
    sys::poll(&mut fds, deadline).map_err(|error| failure(error.to_string()))
}

/// Sends the setup, and along with its first byte the control socket.
fn send_setup(socket: &UnixStream, frame: &[u8], control: Option<&UnixStream>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let fds = control.map(|control| [control.as_fd()]);
    if let Some(fds) = &fds {
        ancillary.push(SendAncillaryMessage::ScmRights(fds));
    }
    let parts = [IoSlice::new(frame)];
    // A new socket takes the few hundred bytes of a setup in one go.
    match rustix::net::sendmsg(socket, &parts, &mut ancillary, SendFlags::NOSIGNAL)? {
        sent if sent == frame.len() => Ok(()),
        _ => Err(ErrorKind::WriteZero.into()),
    }
}

/// Kills and reaps a worker that is not ready; the failure says how it exited.
fn give_up(mut worker: Worker, mut failure: StartFailure) -> StartFailure {
    // It closes its socket a moment before it has exited.
    let closed = sys::has_hung_up(&worker.link.socket);
    let exited = worker.link.exits_within(if closed { EXIT_TIMEOUT } else { Duration::ZERO });
    worker.link.kill_now(ProcessError::InWorker.into(), ExitReason::StartFailed);
    let Exit { status, .. } = worker.link.reap(&mut worker.child);
    worker.reaped(ExitReason::StartFailed);
    if let ProcessError::Start { detail, .. } = &mut failure.error {
        if let Some(status) = status.filter(|_| exited) {
            let _ = write!(detail, " ({status})");
        }
        let stderr = worker.stderr.take().map(Tail::into_text);
        if let Some(text) = stderr.filter(|text| !text.is_empty()) {
            let _ = write!(detail, "; its stderr:\n{}", text.trim_end());
        }
    }
    failure
}
