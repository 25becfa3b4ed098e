//! What a call can be told besides a borrowed executor.

use std::sync::Arc;

use crate::executor::Executor;
use crate::limit::Limiter;

/// Kept with the task, which most calls without them need not pay for.
#[derive(Default)]
pub(crate) struct Options {
    /// An executor that is not borrowed.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    pub(crate) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(crate) runtime: Option<tokio::runtime::Handle>,
}
