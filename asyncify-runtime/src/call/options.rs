//! What a call can be told besides its executor.

use crate::limit::Limiter;

#[derive(Default)]
pub(super) struct Options {
    pub(super) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(super) runtime: Option<tokio::runtime::Handle>,
}
