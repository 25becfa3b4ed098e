//! The pool on which functions run that name none.

use std::sync::OnceLock;

use super::pool::Pool;
use crate::error::Error;

static GLOBAL: OnceLock<Pool> = OnceLock::new();

/// The pool on which functions run that name none.
///
/// Made with the defaults at its first use, unless
/// [`build_global`](super::Builder::build_global) came before.
///
/// # Errors
///
/// As [`Builder::build`](super::Builder::build), when it cannot be made.
pub fn global() -> Result<&'static Pool, Error> {
    if let Some(pool) = GLOBAL.get() {
        return Ok(pool);
    }
    let pool = Pool::builder("asyncify").build()?;
    // Another thread may have been faster; a pool without calls has no processes to lose.
    Ok(GLOBAL.get_or_init(|| pool))
}

pub(super) fn install(pool: Pool) -> Result<(), Pool> {
    GLOBAL.set(pool)
}
