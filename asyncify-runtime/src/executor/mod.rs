//! The executors other than the pool, and the executor of a scope. The trait itself is defined in
//! `task`, because executors run its jobs.

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
