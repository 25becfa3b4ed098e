//! A guard that cancels a token when it is dropped.

use super::CancellationToken;

/// Cancels its token when it is dropped. Returned by [`CancellationToken::drop_guard`].
#[derive(Debug)]
#[must_use = "dropping the guard cancels the token"]
pub struct DropGuard {
    token: Option<CancellationToken>,
}

impl DropGuard {
    pub(super) fn new(token: CancellationToken) -> Self {
        Self { token: Some(token) }
    }

    /// Returns the token without cancelling it.
    ///
    /// # Panics
    ///
    /// Never: only this method removes the token from the guard.
    #[must_use]
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("only `disarm` removes the token")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}
