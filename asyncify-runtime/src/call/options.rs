//! What a call can be told besides its executor.

use std::sync::Arc;

use crate::executor::Executor;
use crate::limit::Limiter;

#[derive(Default)]
pub(super) struct Options {
    /// An executor that is not borrowed.
    pub(super) executor: Option<Arc<dyn Executor>>,
    pub(super) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(super) runtime: Option<tokio::runtime::Handle>,
}
