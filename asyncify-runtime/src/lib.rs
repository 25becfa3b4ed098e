//! Turn blocking functions into true async ones.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod call;
mod cancel;
mod carry;
mod context;
mod drive;
mod error;
mod executor;
mod global;
#[cfg(feature = "macros")]
mod macros;
mod pool;
mod sync;
mod task;
mod util;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

pub use crate::call::{BlockingCall, CallFuture};
pub use crate::cancel::{check_cancelled, is_cancelled};
pub use crate::error::Error;
pub use crate::executor::{DedicatedThread, Executor, Inline, Rejected, WhenReady};
pub use crate::global::{cpu, global, spawn_blocking};
pub use crate::pool::{
    BlockingPool, BlockingPoolBuilder, Leftover, Permit, PoolMetrics, ReserveError, Shutdown,
    TrySpawnError,
};
pub use crate::task::{Job, JoinError, JoinHandle};
#[cfg(feature = "macros")]
#[doc(inline)]
pub use crate::macros::sync_to_async;
