//! The options of a call, except for a borrowed executor.

use std::sync::Arc;

use crate::executor::Executor;
use crate::limit::Limiter;

/// Boxed in a call, because most calls have no options.
#[derive(Default)]
pub(crate) struct Options {
    /// An owned executor.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    pub(crate) limiter: Option<Limiter>,
    /// A call that is dropped before its first poll is started.
    pub(crate) spawn_on_drop: bool,
    #[cfg(feature = "tokio")]
    pub(crate) runtime: Option<tokio::runtime::Handle>,
}
