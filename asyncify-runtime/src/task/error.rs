//! The error of a `JoinHandle`.

use std::any::Any;
use std::{fmt, io};

use super::raw::Payload;
use super::state::Outcome;
use crate::error::{self, Error};
use crate::sync::Mutex;

/// The error of a [`JoinHandle`](crate::JoinHandle): the call panicked, was cancelled, or was
/// rejected.
pub struct JoinError(Repr);

enum Repr {
    /// The mutex makes the error `Sync`.
    Panic(Mutex<Payload>),
    Cancelled,
    Full,
    ShutDown,
    NoThread,
}

impl JoinError {
    pub(crate) fn panic(payload: Payload) -> Self {
        Self(Repr::Panic(Mutex::new(payload)))
    }

    pub(crate) fn cancelled() -> Self {
        Self(Repr::Cancelled)
    }

    /// For the outcomes that carry no value.
    pub(super) fn from_outcome(outcome: Outcome) -> Self {
        Self(match outcome {
            Outcome::RejectedFull => Repr::Full,
            Outcome::RejectedShutDown => Repr::ShutDown,
            Outcome::RejectedNoThread => Repr::NoThread,
            _ => Repr::Cancelled,
        })
    }

    /// Returns `true` if the call panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.0, Repr::Panic(_))
    }

    /// Returns `true` if the call was aborted, or dropped by its executor, before it had a result.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, Repr::Cancelled)
    }

    /// Returns `true` if the executor rejected the call: its queue was full, it was shut down, or
    /// the system refused to start its first thread.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self.0, Repr::Full | Repr::ShutDown | Repr::NoThread)
    }

    /// Returns the payload of the panic, which can be inspected or passed to
    /// [`resume_unwind`](std::panic::resume_unwind).
    ///
    /// # Panics
    ///
    /// Panics if the call did not panic. Use [`try_into_panic`](Self::try_into_panic) to avoid
    /// this.
    #[must_use]
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("`JoinError` is not a panic: {error}"),
        }
    }

    /// Returns the payload of the panic, if the call panicked.
    ///
    /// # Errors
    ///
    /// Returns the error unchanged if the call did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, Self> {
        match self.0 {
            Repr::Panic(payload) => {
                Ok(payload.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
            other => Err(Self(other)),
        }
    }
}

/// Returns the message of a panic, if its payload is a string.
fn message(payload: &Mutex<Payload>) -> Option<String> {
    let payload = payload.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    crate::util::panic_message(&**payload)
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Panic(payload) => match message(payload) {
                Some(text) => write!(f, "blocking call panicked: {text}"),
                None => f.write_str("blocking call panicked"),
            },
            Repr::Cancelled => f.write_str(error::CANCELLED),
            Repr::Full => f.write_str(error::REJECTED),
            Repr::ShutDown => f.write_str(error::SHUT_DOWN),
            Repr::NoThread => f.write_str(error::NO_THREAD),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Panic(payload) => match message(payload) {
                Some(text) => write!(f, "JoinError::Panic({text:?})"),
                None => f.write_str("JoinError::Panic(..)"),
            },
            Repr::Cancelled => f.write_str("JoinError::Cancelled"),
            Repr::Full => f.write_str("JoinError::Rejected(Full)"),
            Repr::ShutDown => f.write_str("JoinError::Rejected(ShutDown)"),
            Repr::NoThread => f.write_str("JoinError::Rejected(NoThread)"),
        }
    }
}

impl std::error::Error for JoinError {}

/// A panic becomes [`Error::Cancelled`] and its payload is lost; use [`JoinError::try_into_panic`]
/// first to keep it.
impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        match error.0 {
            Repr::Full => Self::Rejected,
            Repr::ShutDown => Self::ShutDown,
            Repr::NoThread => Self::NoThread,
            Repr::Panic(_) | Repr::Cancelled => Self::Cancelled,
        }
    }
}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        Self::other(error)
    }
}
