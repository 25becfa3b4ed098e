//! Cancels when a scope is left, on whichever way.

use super::CancellationToken;

/// Cancels its token when it is dropped; made by
/// [`CancellationToken::drop_guard`](CancellationToken::drop_guard).
#[derive(Debug)]
#[must_use = "dropping the guard cancels the token"]
pub struct DropGuard {
    token: Option<CancellationToken>,
}

impl DropGuard {
    pub(super) fn new(token: CancellationToken) -> Self {
        Self { token: Some(token) }
    }

    /// Gives the token back uncancelled.
    ///
    /// # Panics
    ///
    /// Never: the token leaves the guard only here.
    #[must_use]
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("the token leaves the guard only here")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}
