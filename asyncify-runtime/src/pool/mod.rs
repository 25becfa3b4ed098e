//! The blocking pool: threads for calls that block, as many as the work needs.
//!
//! The protocol that decides who answers for the queue, who is woken and when a thread is made is
//! stated and proved in README.md beside this file. `core` and `worker` are its steps; `token`,
//! `census`, `roster`, `parker` and `queue` are the words it is made of; `host` is the seam to real
//! threads (`threads`) and to models (`models`). All of it is safe code.
//!
//! # Invariants
//!
//! 1. While a job is queued, somebody answers for the queue, or no worker can be called and no
//!    thread can be made.
//! 2. Code of the user's (bodies, hooks, destructors, wakers) runs under no lock, and a panic in it
//!    ends where it was called.
//! 3. A submission takes no lock and makes no system call, except to wake one worker or to make one
//!    thread when nobody else can. (A bounded queue that is full has a lock of its own.)
//! 4. `min_threads` workers never leave an open pool.

mod builder;
mod census;
mod compensate;
mod core;
mod counters;
mod crew;
mod current;
#[cfg(test)]
mod faults;
mod global;
mod handle;
mod host;
mod metrics;
mod name;
mod nested;
mod order;
mod padded;
mod parker;
mod permit;
#[cfg(feature = "metrics")]
mod quantiles;
mod queue;
mod retry;
mod roster;
mod shutdown;
mod threads;
#[cfg(feature = "metrics")]
mod timings;
mod token;
mod worker;

#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
mod models;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

pub use builder::BlockingPoolBuilder;
pub(crate) use compensate::compensate;
pub(crate) use global::install;
pub use global::{cpu, global, spawn_blocking};
pub use handle::BlockingPool;
pub use metrics::PoolMetrics;
pub(crate) use nested::Nested;
pub use permit::{Permit, ReserveError, TrySpawnError};
#[cfg(all(feature = "metrics", feature = "process", target_os = "linux"))]
pub(crate) use quantiles::Durations;
#[cfg(feature = "metrics")]
pub use quantiles::Quantiles;
pub use shutdown::{Leftover, Shutdown};
