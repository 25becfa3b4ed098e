//! Starts a worker: the running program, with a socket as its stdin.
//!
//! There must be no `pre_exec`: with it the standard library forks, which copies the page tables of
//! the parent. Without it the cost does not depend on the size of the parent.

use std::fmt::Write;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};

use super::bootstrap;
use super::builder::{Config, Stderr};
use super::link::{Exit, Link};
use super::manager::{EXIT_TIMEOUT, Worker};
use super::metrics::ExitReason;
use super::setup::{self, Setup, VARIABLE};
use super::shared::Shared;
use super::stderr::Tail;
use super::sys::{self, Timer, Watched};
use super::wire::{FrameReader, Header, Kind, MAX_MESSAGE};
use crate::error::process::ProcessError;

/// The running program, even if its file was replaced.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Starts a worker and waits until it is ready.
pub(crate) fn start(shared: &Arc<Shared>) -> Result<Worker, ProcessError> {
    let (mut worker, control) = spawn(shared).map_err(io_failure)?;
    let wanted = shared.register(&worker.link);
    let ready = if wanted {
        set_up(&mut worker, control.as_ref())
    } else {
        Err(failure("the pool was shut down"))
    };
    match ready {
        Ok(()) => Ok(worker),
        Err(failure) => Err(give_up(worker, failure)),
    }
}

/// The error of a start that may succeed when it is tried again.
pub(crate) fn failure(detail: impl Into<String>) -> ProcessError {
    ProcessError::Start { attempts: 1, detail: detail.into() }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn io_failure(error: io::Error) -> ProcessError {
    failure(error.to_string())
}

/// Starts the process; also returns the worker's end of the control socket.
fn spawn(shared: &Arc<Shared>) -> io::Result<(Worker, Option<UnixStream>)> {
    let config = &shared.config;
    let (socket, worker_socket) = UnixStream::pair()?;
    socket.set_nonblocking(true)?;
    let (control, worker_control) = match config.kill_grace {
        Some(_) => UnixStream::pair().map(|(pool, worker)| (Some(pool), Some(worker)))?,
        None => (None, None),
    };
    let timer = Timer::new()?;
    let mut child = command(config).stdin(OwnedFd::from(worker_socket)).spawn()?;
    // From here on the child must be reaped.
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
            // It may have exited.
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
    };
    let link = Link::new(socket, process, timer, control, config.kill_group, config.kill_grace);
    let reader = FrameReader::new(config.max_payload.max(MAX_MESSAGE));
    Ok((Worker::new(shared.clone(), Arc::new(link), child, reader, stderr), worker_control))
}

fn command(config: &Config) -> Command {
    let mut command = match &config.worker_exe {
        Some(path) => Command::new(path),
        None => Command::new(THIS_PROGRAM),
    };
    if config.worker_exe.is_none() {
        if let Some(name) = std::env::args_os().next() {
            command.arg0(name);
        }
        if let Some(test) = bootstrap::test_name() {
            command.args([&*test, "--exact", "--nocapture", "--test-threads=1", "-q"]);
            // The output of the test harness.
            command.stdout(Stdio::null());
        }
    }
    if let Stderr::Capture(_) = config.stderr {
        command.stderr(Stdio::piped());
    }
    command.envs(config.env.iter().map(|(name, value)| (name, value)));
    command.env(VARIABLE, setup::variable()).process_group(0);
    command
}

/// Sends the setup, and waits until the worker is ready.
fn set_up(worker: &mut Worker, control: Option<&UnixStream>) -> Result<(), ProcessError> {
    let shared = worker.shared.clone();
    let setup = setup::message(Kind::Setup, 0, &Setup::new(&shared.config));
    match send_setup(&worker.link.socket, &setup, control) {
        // That it has exited is found out by reading.
        Err(error) if !sys::is_unread(&error) => return Err(io_failure(error)),
        _ => {}
    }
    let deadline = Instant::now().checked_add(shared.config.start_timeout);
    match next_frame(worker, deadline)?.kind {
        Kind::Ready => Ok(()),
        Kind::Failed => Err(match rmp_serde::from_slice(worker.reader.payload()) {
            Ok(error @ (ProcessError::Start { .. } | ProcessError::Mismatch { .. })) => error,
            Ok(other) => failure(format!("it answered: {other}")),
            Err(error) => failure(format!("an unreadable answer: {error}")),
        }),
        other => Err(failure(format!("it sent {other:?} before it was ready"))),
    }
}

fn next_frame(worker: &mut Worker, deadline: Option<Instant>) -> Result<Header, ProcessError> {
    loop {
        let link = &worker.link;
        let error = match worker.reader.read(&mut &link.socket) {
            Ok(Some(header)) => return Ok(header),
            Ok(None) => ErrorKind::BrokenPipe.into(),
            Err(error) => error,
        };
        let would_block = error.kind() == ErrorKind::WouldBlock;
        if sys::is_unread(&error) || (would_block && link.exits_within(Duration::ZERO)) {
            return Err(failure("it exited before it was ready"));
        } else if would_block && deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(failure(format!(
                "it was not ready in {:?}: is `asyncify_runtime::process::init()` the first \
                 statement of its `main`?",
                worker.shared.config.start_timeout
            )));
        } else if error.kind() == ErrorKind::InvalidData {
            return Err(failure(format!("it sent {error}")));
        } else if !would_block {
            return Err(io_failure(error));
        }
        let mut fds =
            [PollFd::new(&link.socket, PollFlags::IN), PollFd::new(&link.process, PollFlags::IN)];
        sys::poll(&mut fds, deadline).map_err(io_failure)?;
    }
}

/// Sends the setup together with the control socket.
fn send_setup(socket: &UnixStream, frame: &[u8], control: Option<&UnixStream>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let fds = control.map(|control| [control.as_fd()]);
    if let Some(fds) = &fds {
        ancillary.push(SendAncillaryMessage::ScmRights(fds));
    }
    let parts = [IoSlice::new(frame)];
    // The buffer of a new socket has room for the few hundred bytes of a setup.
    match rustix::net::sendmsg(socket, &parts, &mut ancillary, SendFlags::NOSIGNAL)? {
        sent if sent == frame.len() => Ok(()),
        _ => Err(ErrorKind::WriteZero.into()),
    }
}

/// Kills and reaps a worker that is not ready; adds its exit status to the failure.
fn give_up(mut worker: Worker, mut failure: ProcessError) -> ProcessError {
    // It closes its socket a moment before it has exited.
    let closed = sys::has_hung_up(&worker.link.socket);
    let exited = worker.link.exits_within(if closed { EXIT_TIMEOUT } else { Duration::ZERO });
    worker.link.kill_now(ProcessError::InWorker.into(), ExitReason::StartFailed);
    let Exit { status, .. } = worker.link.reap(&mut worker.child);
    worker.reaped(ExitReason::StartFailed);
    if let ProcessError::Start { detail, .. } = &mut failure {
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
