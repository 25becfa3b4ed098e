//! The options of a call, besides a borrowed executor.

use std::sync::Arc;

use crate::executor::Executor;
use crate::limit::Limiter;

/// Boxed by the calls that have some, which most have not.
#[derive(Default)]
pub(crate) struct Options {
    /// An executor that is not borrowed.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    pub(crate) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(crate) runtime: Option<tokio::runtime::Handle>,
}
