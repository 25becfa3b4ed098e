//! The engine of functions that name none.

use std::sync::{Arc, OnceLock};

use super::engine::Engine;
use crate::error::Error;
use crate::error::remote::RemoteError;
use crate::process::Carrier;

static ENGINE: OnceLock<Arc<dyn Engine>> = OnceLock::new();
static CARRIER: OnceLock<Carrier> = OnceLock::new();

/// Sets the engine of functions that name none, for the rest of the program.
///
/// # Errors
///
/// [`RemoteError::AlreadyInstalled`] if there is one.
pub fn install(engine: impl Engine) -> Result<(), Error> {
    ENGINE.set(Arc::new(engine)).map_err(|_| RemoteError::AlreadyInstalled.into())
}

/// The engine of functions that name none.
///
/// # Errors
///
/// [`RemoteError::NoEngine`] if none is [installed](install).
pub fn engine() -> Result<Arc<dyn Engine>, Error> {
    ENGINE.get().cloned().ok_or_else(|| RemoteError::NoEngine.into())
}

/// Propagates the caller's context with each task, such as the `traceparent` of a distributed
/// trace: `remote::install_carrier(carrier!(inject, enter))`.
///
/// `inject` runs when a call is first polled. A worker runs `enter`: around the function if it runs
/// in its program and this is called there as well, and in a worker process if its pool has a
/// [carrier](crate::process::Builder::carrier).
///
/// # Errors
///
/// [`RemoteError::AlreadyInstalled`] if there is one.
pub fn install_carrier(carrier: &Carrier) -> Result<(), Error> {
    CARRIER.set(*carrier).map_err(|_| RemoteError::AlreadyInstalled.into())
}

pub(super) fn carrier() -> Option<&'static Carrier> {
    CARRIER.get()
}
