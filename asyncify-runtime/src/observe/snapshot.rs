//! The metrics of everything in a registry, as plain data.

use std::sync::Arc;

use crate::group::GroupMetrics;
use crate::limit::LimiterMetrics;
use crate::pool::PoolMetrics;
#[cfg(all(feature = "process", target_os = "linux"))]
use crate::process;
#[cfg(all(feature = "remote", target_os = "linux"))]
use crate::remote::WorkerMetrics;
#[cfg(feature = "watchdog")]
use crate::watchdog::WatchdogMetrics;

/// The metrics of everything in a [`Registry`](super::Registry), from
/// [`Registry::snapshot`](super::Registry::snapshot).
///
/// Each list is in the order in which names were added first; the process's own pools come last.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// Pools of threads, and dedicated threads.
    pub pools: Vec<Named<PoolMetrics>>,
    /// Limiters.
    pub limiters: Vec<Named<LimiterMetrics>>,
    /// Groups. Those with one name are counted together.
    pub groups: Vec<Named<GroupMetrics>>,
    /// Pools of worker processes.
    #[cfg(all(feature = "process", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "process")))]
    pub process_pools: Vec<Named<process::Metrics>>,
    /// Workers that run remote tasks.
    #[cfg(all(feature = "remote", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "remote")))]
    pub remote_workers: Vec<Named<WorkerMetrics>>,
    /// Watchdogs.
    #[cfg(feature = "watchdog")]
    #[cfg_attr(docsrs, doc(cfg(feature = "watchdog")))]
    pub watchdogs: Vec<Named<WatchdogMetrics>>,
}

/// Metrics with the name that they have in a [`Registry`](super::Registry).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Named<M> {
    pub(super) name: Arc<str>,
    /// The metrics.
    pub metrics: M,
}

impl<M> Named<M> {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
