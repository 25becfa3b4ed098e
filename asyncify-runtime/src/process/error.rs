//! What can go wrong between a call and its worker process.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a call in a worker process has no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProcessError {
    /// This program has not called [`process::init`](crate::process::init), so it cannot be
    /// started as a worker. Nothing was started.
    NotInitialised,
    /// The caller runs in a worker itself; workers start no workers.
    InWorker,
    /// No worker could be started, several times in a row.
    #[non_exhaustive]
    Start {
        /// How often it was tried, since it last worked.
        attempts: u32,
        /// What went wrong the last time.
        detail: String,
    },
    /// Another program answered, or another version of this one.
    #[non_exhaustive]
    Mismatch {
        /// What this program is.
        expected: String,
        /// What answered.
        found: String,
    },
    /// The worker's program does not have the function.
    #[non_exhaustive]
    Unregistered {
        /// The function.
        task: String,
    },
    /// A value could not be written.
    #[non_exhaustive]
    Encode {
        /// Where: the arguments by the caller, or the result by the worker.
        side: Side,
        /// What the serializer says.
        detail: String,
    },
    /// A value could not be read.
    #[non_exhaustive]
    Decode {
        /// Where: the arguments by the worker, or the result by the caller.
        side: Side,
        /// What the deserializer says.
        detail: String,
    },
    /// Arguments or a result are longer than
    /// [`max_payload`](crate::process::Builder::max_payload).
    #[non_exhaustive]
    TooLarge {
        /// Where.
        side: Side,
        /// The length, encoded.
        bytes: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The function panicked; its worker lives on.
    Panicked(Panic),
    /// The worker died while it ran the function.
    Crashed(Box<Crash>),
    /// The function ran longer than it may, and its worker was killed.
    #[non_exhaustive]
    TimedOut {
        /// The function.
        task: String,
        /// The worker's process.
        pid: u32,
        /// How long the function ran.
        after: Duration,
    },
    /// The worker sent what no worker sends, and was killed.
    #[non_exhaustive]
    Protocol {
        /// What it sent.
        detail: String,
    },
    /// The thread that manages the worker failed, and the worker was killed.
    #[non_exhaustive]
    ManagerFailed {
        /// What went wrong.
        detail: String,
    },
}

/// One of the two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The program that calls.
    Caller,
    /// The process that runs the function.
    Worker,
}

/// A panic in a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Panic {
    /// What it said, where it said it in words.
    pub message: Option<String>,
    /// Where, as `file:line:column`.
    pub location: Option<String>,
    /// The stack, with `RUST_BACKTRACE` set.
    pub backtrace: Option<String>,
}

/// The death of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crash {
    /// The function that it ran.
    pub task: String,
    /// Its process.
    pub pid: u32,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The code that it exited with.
    pub code: Option<i32>,
    /// How long the function had run.
    pub ran: Duration,
    /// The end of what it wrote to stderr, where that is
    /// [captured](crate::process::Stderr::Capture).
    pub stderr: Option<String>,
    /// Whether it ran out of memory.
    pub oom: OomHint,
}

/// How likely a worker died of a lack of memory, which the system does not say outright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OomHint {
    /// Nothing hints at it.
    No,
    /// It aborted, as programs do that reach their
    /// [`memory_limit`](crate::process::Builder::memory_limit).
    LimitLikely,
    /// It got a SIGKILL that is not ours, as the system's OOM killer sends it.
    Likely,
}

impl ProcessError {
    /// Whether the function has certainly not begun, so that the call can be made again.
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
            Self::Start { attempts, detail } => {
                write!(f, "no worker process could be started in {attempts} attempts: {detail}")
            }
            Self::Mismatch { expected, found } => {
                write!(f, "the worker is another program: expected {expected}, found {found}")
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
                let what = if *side == Side::Caller { "arguments" } else { "result" };
                write!(f, "the {what} of {bytes} bytes are more than the {limit} allowed")
            }
            Self::Panicked(panic) => panic.fmt(f),
            Self::Crashed(crash) => crash.fmt(f),
            Self::TimedOut { task, pid, after } => {
                write!(f, "`{task}` timed out after {after:?}, and its worker {pid} was stopped")
            }
            Self::Protocol { detail } => write!(f, "the worker broke the protocol: {detail}"),
            Self::ManagerFailed { detail } => {
                write!(f, "the worker could not be managed, and was killed: {detail}")
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
            (None, None) => f.write_str("nobody knows how")?,
        }
        match oom {
            OomHint::No => {}
            OomHint::LimitLikely => f.write_str(" (likely at its memory limit)")?,
            OomHint::Likely => f.write_str(" (likely by the system, for want of memory)")?,
        }
        match stderr.as_deref().map(str::trim_end) {
            None | Some("") => Ok(()),
            Some(text) => write!(f, "; its last words:\n{text}"),
        }
    }
}

/// The signals that workers die of, by name.
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
