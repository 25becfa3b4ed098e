//! Errors, and the responses that they become.

use std::{fmt, io};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The error of a request.
#[derive(Debug)]
pub enum Error {
    /// An error of SQLite.
    Database(rusqlite::Error),
    /// A file could not be written.
    File(io::Error),
    /// The body of the request ended early.
    Body(axum::Error),
    /// A name that is not allowed for a file.
    Name,
    /// The call timed out or was cancelled.
    Call(asyncify_runtime::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Body(error) => error.fmt(f),
            Self::Name => f.write_str("a name has letters, digits, `-` and `_` only"),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// Needed by the argument `timeout` of annotated functions.
impl From<asyncify_runtime::Error> for Error {
    fn from(error: asyncify_runtime::Error) -> Self {
        Self::Call(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Name | Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Call(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}
