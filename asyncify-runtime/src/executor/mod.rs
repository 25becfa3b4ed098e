//! Where a blocking call runs: the executors that are not the pool, and the executor of a scope. The
//! trait is the task's, whose jobs it takes.

mod dedicated;
mod inline;
#[cfg(feature = "rayon")]
mod rayon;
pub(crate) mod scope;
#[cfg(feature = "tokio")]
mod tokio;

pub use self::dedicated::DedicatedThread;
pub use self::inline::Inline;
pub use self::scope::{ScopeExecutor, scope_executor, scope_thread};
pub use crate::task::{Executor, Rejected, WhenReady};
