//! The one error of everything that can refuse or end a call.

use std::fmt;

/// Why a call did not come to its own end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The executor's bounded queue is full.
    Rejected,
    /// The executor is shut down.
    ShutDown,
    /// The caller went away, or asked the call to stop.
    Cancelled,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "blocking call was rejected: the queue is full",
            Self::ShutDown => "blocking call was rejected: the executor is shut down",
            Self::Cancelled => "blocking call was cancelled",
        })
    }
}

impl std::error::Error for Error {}
