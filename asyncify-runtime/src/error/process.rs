//! Errors of calls in worker processes.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The error of a call that has no result because of its worker process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProcessError {
    /// This program has not called [`process::init`](crate::process::init), so it cannot be
    /// started as a worker.
    NotInitialised,
    /// The caller runs in a worker; workers cannot start workers.
    InWorker,
    /// The global pool exists already.
    AlreadyBuilt,
    /// No worker could be started, in several attempts.
    #[non_exhaustive]
    Start {
        /// The attempts since the last start that succeeded.
        attempts: u32,
        /// Why the last attempt failed.
        detail: String,
    },
    /// The worker is another program, or another version of this one.
    #[non_exhaustive]
    Mismatch {
        /// This program.
        expected: String,
        /// The worker's program.
        found: String,
    },
    /// The worker's program does not have the function.
    #[non_exhaustive]
    Unregistered {
        /// The function.
        task: String,
    },
    /// A value could not be encoded.
    #[non_exhaustive]
    Encode {
        /// The caller for arguments, the worker for a result.
        side: Side,
        /// The serializer's message.
        detail: String,
    },
    /// A value could not be decoded.
    #[non_exhaustive]
    Decode {
        /// The worker for arguments, the caller for a result.
        side: Side,
        /// The deserializer's message.
        detail: String,
    },
    /// Arguments or a result are longer than
    /// [`max_payload`](crate::process::Builder::max_payload).
    #[non_exhaustive]
    TooLarge {
        /// The caller for arguments, the worker for a result.
        side: Side,
        /// The encoded length.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The function panicked; its worker is kept.
    Panicked(Panic),
    /// The worker died while it ran the function.
    Crashed(Box<Crash>),
    /// The function did not return in time, and its worker was killed.
    #[non_exhaustive]
    TimedOut {
        /// The function.
        task: String,
        /// The process id of the worker.
        pid: u32,
        /// How long the function ran.
        after: Duration,
    },
    /// The worker violated the protocol, and was killed.
    #[non_exhaustive]
    Protocol {
        /// What it did.
        detail: String,
    },
    /// The thread that manages the worker failed, and the worker was killed.
    #[non_exhaustive]
    ManagerFailed {
        /// Why.
        detail: String,
    },
}

/// One of the two processes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The process that makes the call.
    Caller,
    /// The process that runs the function.
    Worker,
}

/// A panic in a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Panic {
    /// The message, if the payload is a string.
    pub message: Option<String>,
    /// The location, as `file:line:column`.
    pub location: Option<String>,
    /// The backtrace, if `RUST_BACKTRACE` is set.
    pub backtrace: Option<String>,
}

/// The death of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crash {
    /// The function that it was running.
    pub task: String,
    /// Its process id.
    pub pid: u32,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Its exit code.
    pub code: Option<i32>,
    /// How long the function had been running.
    pub ran: Duration,
    /// The end of its stderr, if that is [captured](crate::process::Stderr::Capture).
    pub stderr: Option<String>,
    /// Whether it ran out of memory.
    pub oom: OomHint,
}

/// Whether a worker probably ran out of memory; the system does not report that directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OomHint {
    /// There is no sign of it.
    No,
    /// It aborted, as Rust programs do at their
    /// [`memory_limit`](crate::process::Builder::memory_limit).
    LimitLikely,
    /// It was killed by a SIGKILL that the pool did not send, probably by the system's OOM killer.
    Likely,
}

impl ProcessError {
    /// Whether the function has certainly not started, so that the call can safely be repeated.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Start { .. })
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInitialised => f.write_str(
                "this program cannot start workers: call `asyncify_runtime::process::init()` first \
                 in `main` (put `#[asyncify_runtime::main]` on it, or `worker_test!()` into a test \
                 binary)",
            ),
            Self::InWorker => f.write_str("a worker process cannot start workers of its own"),
            Self::AlreadyBuilt => f.write_str(
                "the global pool of worker processes exists already: call `build_global` once, before \
                 the first call of a function that names no pool",
            ),
            Self::Start { attempts, detail } => {
                write!(f, "no worker process could be started in {attempts} attempts: {detail}")
            }
            Self::Mismatch { expected, found } => {
                write!(f, "the worker runs another program: expected {expected}, found {found}")
            }
            Self::Unregistered { task } => {
                write!(f, "the worker's program has no function `{task}`")
            }
            Self::Encode { side: Side::Caller, detail } => {
                write!(f, "the arguments cannot be encoded: {detail}")
            }
            Self::Encode { side: Side::Worker, detail } => {
                write!(f, "the result cannot be encoded: {detail}")
            }
            Self::Decode { side: Side::Worker, detail } => {
                write!(f, "the arguments cannot be decoded: {detail}")
            }
            Self::Decode { side: Side::Caller, detail } => {
                write!(f, "the result cannot be decoded: {detail}")
            }
            Self::TooLarge { side, bytes, limit } => {
                let what = if *side == Side::Caller { "arguments" } else { "results" };
                write!(f, "{what} of {bytes} bytes exceed the limit of {limit}")
            }
            Self::Panicked(panic) => panic.fmt(f),
            Self::Crashed(crash) => crash.fmt(f),
            Self::TimedOut { task, pid, after } => {
                write!(f, "`{task}` timed out after {after:?}, and its worker {pid} was stopped")
            }
            Self::Protocol { detail } => write!(f, "the worker violated the protocol: {detail}"),
            Self::ManagerFailed { detail } => {
                write!(f, "the thread that manages the worker failed: {detail}")
            }
        }
    }
}

impl std::error::Error for ProcessError {}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the worker panicked")?;
        if let Some(location) = &self.location {
            write!(f, " at {location}")?;
        }
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, pid, signal, code, ran, stderr, oom } = self;
        write!(f, "worker {pid} died in `{task}` after {ran:?}: ")?;
        match (signal, code) {
            (Some(signal), _) => write!(f, "signal {signal}{}", name_of(*signal))?,
            (None, Some(code)) => write!(f, "exit code {code}")?,
            (None, None) => f.write_str("unknown exit status")?,
        }
        match oom {
            OomHint::No => {}
            OomHint::LimitLikely => f.write_str(" (perhaps at its memory limit)")?,
            OomHint::Likely => f.write_str(" (probably by the OOM killer)")?,
        }
        match stderr.as_deref().map(str::trim_end) {
            None | Some("") => Ok(()),
            Some(text) => write!(f, "; its stderr:\n{text}"),
        }
    }
}

/// The names of the signals that workers commonly die of.
fn name_of(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}
