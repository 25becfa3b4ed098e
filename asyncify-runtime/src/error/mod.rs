//! The one error of everything that can refuse or end a call.

#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) mod process;

use std::fmt;
use std::time::Duration;

/// Why a call did not come to its own end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    all(feature = "process", target_os = "linux"),
    derive(serde::Serialize, serde::Deserialize)
)]
#[non_exhaustive]
pub enum Error {
    /// The call did not end in time.
    TimedOut {
        /// What it was doing when the time was over.
        phase: Phase,
        /// The time that it was given.
        after: Duration,
    },
    /// The executor's bounded queue is full.
    Rejected,
    /// The executor is shut down.
    ShutDown,
    /// The caller went away, or asked the call to stop.
    Cancelled,
    /// The worker process failed, or there was none.
    #[cfg(all(feature = "process", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "process")))]
    Process(process::ProcessError),
}

/// How far a call had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    all(feature = "process", target_os = "linux"),
    derive(serde::Serialize, serde::Deserialize)
)]
pub enum Phase {
    /// It was waiting for a permit, for room in a queue, or for a thread. It never runs, unless it
    /// is [detached](crate::BlockingCall::detach).
    Queue,
    /// Its body was running, and goes on by itself.
    Run,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut { phase: Phase::Queue, after } => {
                write!(f, "blocking call timed out after {after:?}, before it began")
            }
            Self::TimedOut { phase: Phase::Run, after } => {
                write!(f, "blocking call timed out after {after:?}, while it ran")
            }
            Self::Rejected => f.write_str("blocking call was rejected: the queue is full"),
            Self::ShutDown => f.write_str("blocking call was rejected: the executor is shut down"),
            Self::Cancelled => f.write_str("blocking call was cancelled"),
            #[cfg(all(feature = "process", target_os = "linux"))]
            Self::Process(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(all(feature = "process", target_os = "linux"))]
impl From<process::ProcessError> for Error {
    fn from(error: process::ProcessError) -> Self {
        Self::Process(error)
    }
}
