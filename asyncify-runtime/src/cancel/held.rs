//! The token of a running body, as its task holds it.

use std::sync::Arc;

use super::CancellationToken;
use super::token::Node;

/// A token whose type is hidden, so that only programs in which a body asks for its token contain
/// the code of tokens.
pub(crate) trait HeldToken: Send + Sync {
    /// Returns the token itself.
    fn token(self: Arc<Self>) -> CancellationToken;

    /// Cancels the token.
    fn cancel(self: Arc<Self>);
}

impl HeldToken for Node {
    fn token(self: Arc<Self>) -> CancellationToken {
        CancellationToken { node: self }
    }

    fn cancel(self: Arc<Self>) {
        self.token().cancel();
    }
}

impl CancellationToken {
    /// Hides the token's type.
    pub(crate) fn held(self) -> Arc<dyn HeldToken> {
        self.node
    }
}
