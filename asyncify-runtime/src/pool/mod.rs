//! The blocking pool: threads for calls that block, as many as the work needs.
//!
//! The protocol that decides which worker is woken and when a thread is spawned is stated and
//! proved in README.md beside this file. `shared` and `worker` are its steps; `wake_state`,
//! `thread_count`, `slots`, `parker` and `queue` are its state; `host` is its interface to real
//! threads (`threads`) and to models (`models`). All of it is safe code.
//!
//! # Invariants
//!
//! 1. While a job is queued, a worker is searching or notified, or no worker can be woken and no
//!    thread can be spawned.
//! 2. User code (bodies, hooks, destructors, wakers) runs under no lock, and a panic in it ends
//!    where it was called.
//! 3. A submission takes no lock and makes no system call, except to wake a parked worker or, when
//!    none is idle, to spawn a thread. (A bounded queue that is full has a lock of its own.)
//! 4. `min_threads` workers never leave an open pool.

mod builder;
mod compensation;
mod counters;
mod current;
#[cfg(asyncify_delays)]
mod delays;
mod drain;
#[cfg(test)]
mod faults;
mod fences;
mod fork;
mod global;
mod handle;
mod host;
mod in_place;
mod join_handles;
mod metrics;
mod name;
mod nested;
mod padded;
mod parker;
mod permit;
#[cfg(feature = "metrics")]
mod quantiles;
mod queue;
mod shared;
mod shutdown;
mod slots;
mod spawn_backoff;
mod thread_count;
mod threads;
#[cfg(feature = "metrics")]
mod timings;
mod wake_state;
mod worker;

#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
mod models;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

pub use builder::BlockingPoolBuilder;
pub(crate) use compensation::compensate;
pub use drain::DrainGuard;
#[cfg(feature = "metrics")]
pub(crate) use global::started;
pub(crate) use global::{Global, install};
pub use global::{cpu, global, spawn_blocking};
pub use handle::BlockingPool;
pub(crate) use in_place::run_next;
pub use metrics::PoolMetrics;
#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) use name::default_name;
pub(crate) use nested::Nested;
pub use permit::{Permit, ReserveError, TrySpawnError};
#[cfg(all(feature = "metrics", feature = "process", target_os = "linux"))]
pub(crate) use quantiles::Durations;
#[cfg(feature = "metrics")]
pub use quantiles::Quantiles;
pub use shutdown::{Leftover, Shutdown};
