//! The pool of functions that name none.

use std::sync::OnceLock;

use super::pool::Pool;
use crate::error::Error;

static GLOBAL: OnceLock<Pool> = OnceLock::new();

/// The pool of functions that name none.
///
/// Created with the defaults at its first use, unless there is one by
/// [`build_global`](super::Builder::build_global).
///
/// # Errors
///
/// As [`Builder::build`](super::Builder::build).
pub fn global() -> Result<&'static Pool, Error> {
    if let Some(pool) = GLOBAL.get() {
        return Ok(pool);
    }
    let pool = Pool::builder().name("asyncify").build()?;
    // Another thread may have been first; this pool has started nothing.
    Ok(GLOBAL.get_or_init(|| pool))
}

/// Returns the pool, if it has been used.
#[cfg(feature = "metrics")]
pub(crate) fn started() -> Option<&'static Pool> {
    GLOBAL.get()
}

pub(super) fn install(pool: Pool) -> Result<(), Pool> {
    GLOBAL.set(pool)
}
