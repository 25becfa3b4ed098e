//! The error of `Unblock::into_inner`.

use std::error::Error;
use std::fmt;
use std::io;

/// The error of [`Unblock::into_inner`](super::Unblock::into_inner), with the value unless it is
/// lost.
pub struct IntoInnerError<T> {
    error: io::Error,
    value: Option<Box<T>>,
}

impl<T> IntoInnerError<T> {
    pub(super) fn new(error: io::Error, value: Option<Box<T>>) -> Self {
        Self { error, value }
    }

    /// Returns the I/O error.
    #[must_use]
    pub fn error(&self) -> &io::Error {
        &self.error
    }

    /// Returns the I/O error, and the value unless it is lost.
    #[must_use]
    pub fn into_parts(self) -> (io::Error, Option<T>) {
        (self.error, self.value.map(|value| *value))
    }
}

impl<T> fmt::Display for IntoInnerError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> fmt::Debug for IntoInnerError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoInnerError")
            .field("error", &self.error)
            .field("has_value", &self.value.is_some())
            .finish()
    }
}

impl<T> Error for IntoInnerError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

impl<T> From<IntoInnerError<T>> for io::Error {
    fn from(error: IntoInnerError<T>) -> Self {
        error.error
    }
}
