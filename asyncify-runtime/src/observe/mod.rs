//! What pools, limiters, groups, worker processes and watchdogs do and have done, in one place
//! (feature `metrics`).
//!
//! A [`Registry`] has a name for each of them, and [`Registry::snapshot`] reads the metrics of all.
//! The [global](crate::global()) pool, [`cpu`](crate::cpu) and the global pool of worker processes
//! need not be added: each is in the snapshot as soon as it has been used.
//!
//! ```
//! use asyncify_runtime::observe::Registry;
//! use asyncify_runtime::{BlockingPool, Limiter, asyncify};
//!
//! # futures::executor::block_on(async {
//! let disk = BlockingPool::builder().name("disk").max_threads(4).build()?;
//! let api = Limiter::new(10);
//!
//! let registry = Registry::new();
//! registry.pool("disk", &disk).limiter("api", &api);
//!
//! let _permit = api.acquire().await;
//! asyncify!(std::fs::metadata("Cargo.toml")).executor(&disk).await?;
//!
//! let snapshot = registry.snapshot();
//! assert_eq!(snapshot.pools[0].name(), "disk");
//! assert_eq!(snapshot.pools[0].metrics.max_threads, 4);
//! assert_eq!(snapshot.limiters[0].metrics.in_use, 1);
//! # Ok::<(), std::io::Error>(()) }).unwrap();
//! ```
//!
//! # Costs
//!
//! Nothing is added to a call: pools, limiters and worker processes count anyway, and a registry
//! reads their counts. Only the children of a [group](Registry::group) that was added are counted
//! for it.
//!
//! # Lifetimes
//!
//! A registry keeps nothing alive. When the last handle of a pool is dropped, the pool shuts down
//! as always; when it has ended, it is no longer in the snapshot, and its name is free.
//!
//! # Published metrics
//!
//! [`Registry::record`] publishes a snapshot through the crate [`metrics`], and so to Prometheus,
//! OpenTelemetry or statsd, whatever the program has installed. The names follow OpenTelemetry's
//! conventions. In Prometheus, dots become underscores.
//!
#![doc = include_str!("../../docs/metrics.md")]

mod instruments;
mod record;
mod registry;
mod snapshot;
mod sources;

pub use self::registry::Registry;
pub use self::snapshot::{Named, Snapshot};
pub use crate::group::GroupMetrics;
