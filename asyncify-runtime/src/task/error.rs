//! Why a call has no result.

use std::any::Any;
use std::fmt;

use super::raw::Payload;
use super::state::Outcome;
use crate::error::Error;
use crate::sync::Mutex;

/// The error of a [`JoinHandle`](crate::JoinHandle): the call panicked, was cancelled, or was
/// refused.
pub struct JoinError(Repr);

enum Repr {
    /// In a mutex only to be `Sync`.
    Panic(Mutex<Payload>),
    Cancelled,
    Full,
    ShutDown,
}

impl JoinError {
    pub(crate) fn panic(payload: Payload) -> Self {
        Self(Repr::Panic(Mutex::new(payload)))
    }

    pub(crate) fn cancelled() -> Self {
        Self(Repr::Cancelled)
    }

    /// For every outcome without a value of its own.
    pub(super) fn from_outcome(outcome: Outcome) -> Self {
        Self(match outcome {
            Outcome::RejectedFull => Repr::Full,
            Outcome::RejectedShutDown => Repr::ShutDown,
            _ => Repr::Cancelled,
        })
    }

    /// Whether the call panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.0, Repr::Panic(_))
    }

    /// Whether the call was aborted, or discarded by its executor, before it had a result.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, Repr::Cancelled)
    }

    /// Whether the executor refused the call: its queue was full, or it was shut down.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self.0, Repr::Full | Repr::ShutDown)
    }

    /// The panic's payload, to look into or to resume.
    ///
    /// # Panics
    ///
    /// If the call did not panic; see [`try_into_panic`](Self::try_into_panic).
    #[must_use]
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("`JoinError` is not a panic: {error}"),
        }
    }

    /// The panic's payload, if the call panicked.
    ///
    /// # Errors
    ///
    /// Gives the error back if the call did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, Self> {
        match self.0 {
            Repr::Panic(payload) => {
                Ok(payload.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
            other => Err(Self(other)),
        }
    }
}

/// What a panic said, where it said it in words.
fn message(payload: &Mutex<Payload>) -> Option<String> {
    let payload = payload.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Panic(payload) => match message(payload) {
                Some(text) => write!(f, "blocking call panicked: {text}"),
                None => f.write_str("blocking call panicked"),
            },
            Repr::Cancelled => f.write_str("blocking call was cancelled"),
            Repr::Full => f.write_str("blocking call was rejected: the queue is full"),
            Repr::ShutDown => f.write_str("blocking call was rejected: the executor is shut down"),
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
        }
    }
}

impl std::error::Error for JoinError {}

/// Loses what a panic said; [`JoinError::try_into_panic`] comes first where that matters.
impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        match error.0 {
            Repr::Full => Self::Rejected,
            Repr::ShutDown => Self::ShutDown,
            Repr::Panic(_) | Repr::Cancelled => Self::Cancelled,
        }
    }
}
