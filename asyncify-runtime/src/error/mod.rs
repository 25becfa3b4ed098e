//! The error type of calls that have no result.

#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) mod process;
#[cfg(all(feature = "remote", target_os = "linux"))]
pub(crate) mod remote;

use std::time::Duration;
use std::{fmt, io};

/// The reason why a call did not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    all(feature = "process", target_os = "linux"),
    derive(serde::Serialize, serde::Deserialize)
)]
#[non_exhaustive]
pub enum Error {
    /// The call did not complete within its timeout.
    TimedOut {
        /// The phase that the call was in when the timeout expired.
        phase: Phase,
        /// The duration of the timeout.
        after: Duration,
    },
    /// The executor's bounded queue is full.
    Rejected,
    /// The executor is shut down.
    ShutDown,
    /// The system refused to start the first thread of the [global pool](crate::global()).
    NoThread,
    /// The call was cancelled: its future was dropped, or its handle aborted.
    Cancelled,
    /// The worker process failed, or could not be started.
    #[cfg(all(feature = "process", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "process")))]
    Process(process::ProcessError),
    /// The remote task has no result because of its queue, its engine or its worker.
    #[cfg(all(feature = "remote", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "remote")))]
    Remote(remote::RemoteError),
}

/// The phase that a call was in when its timeout expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    all(feature = "process", target_os = "linux"),
    derive(serde::Serialize, serde::Deserialize)
)]
pub enum Phase {
    /// The call was waiting for a permit, for room in a queue, or for a thread. It never runs,
    /// unless it is [detached](crate::BlockingCall::detach).
    Queue,
    /// The body was running, and continues to run.
    Run,
}

// Also the texts of a `JoinError`, which does not use `Error`'s `Display`: that of a `Duration` is
// large, and nearly every program can meet a `JoinError`.
pub(crate) const REJECTED: &str = "blocking call was rejected: the queue is full";
pub(crate) const SHUT_DOWN: &str = "blocking call was rejected: the executor is shut down";
pub(crate) const NO_THREAD: &str =
    "blocking call was rejected: the system refused to start a thread";
pub(crate) const CANCELLED: &str = "blocking call was cancelled";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut { phase: Phase::Queue, after } => {
                write!(f, "blocking call timed out after {after:?} before it started")
            }
            Self::TimedOut { phase: Phase::Run, after } => {
                write!(f, "blocking call timed out after {after:?} while it was running")
            }
            Self::Rejected => f.write_str(REJECTED),
            Self::ShutDown => f.write_str(SHUT_DOWN),
            Self::NoThread => f.write_str(NO_THREAD),
            Self::Cancelled => f.write_str(CANCELLED),
            #[cfg(all(feature = "process", target_os = "linux"))]
            Self::Process(error) => error.fmt(f),
            #[cfg(all(feature = "remote", target_os = "linux"))]
            Self::Remote(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// The kind is `TimedOut` or `Other`, and the error is the
/// [inner error](std::io::Error::get_ref).
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::TimedOut { .. } => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(all(feature = "process", target_os = "linux"))]
impl From<process::ProcessError> for Error {
    fn from(error: process::ProcessError) -> Self {
        Self::Process(error)
    }
}

#[cfg(all(feature = "remote", target_os = "linux"))]
impl From<remote::RemoteError> for Error {
    fn from(error: remote::RemoteError) -> Self {
        Self::Remote(error)
    }
}
