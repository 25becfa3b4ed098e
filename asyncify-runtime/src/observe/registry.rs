//! Where everything that is observed has a name.

use std::fmt;
use std::sync::{Arc, PoisonError};

use super::record::Published;
use super::snapshot::{Named, Snapshot};
use super::sources::Sources;
use crate::executor::DedicatedThread;
use crate::group::{GroupCounters, TaskGroup};
use crate::limit::{Limiter, LimiterMetrics};
use crate::pool::{self, BlockingPool, PoolMetrics};
#[cfg(all(feature = "process", target_os = "linux"))]
use crate::process;
#[cfg(all(feature = "remote", target_os = "linux"))]
use crate::remote::{Worker, WorkerMetrics};
use crate::sync::Mutex;
#[cfg(feature = "watchdog")]
use crate::watchdog::{Watchdog, WatchdogMetrics};

/// Names pools, limiters, groups, worker processes and watchdogs, and reads their metrics.
///
/// Clones are handles to the same registry. What is added can be observed until it ends; the
/// registry does not keep it alive. A name is unique among its kind: what is added by a name that
/// is in use takes its place.
///
/// The module's [page](super) has an example.
#[derive(Clone, Default)]
pub struct Registry(Arc<State>);

#[derive(Default)]
struct State {
    pools: Sources<PoolMetrics>,
    limiters: Sources<LimiterMetrics>,
    /// These stay: groups come and go, and their names remain.
    groups: Mutex<Vec<(Arc<str>, Arc<GroupCounters>)>>,
    #[cfg(all(feature = "process", target_os = "linux"))]
    process_pools: Sources<process::Metrics>,
    #[cfg(all(feature = "process", feature = "console", target_os = "linux"))]
    process_workers: Sources<Vec<process::Worker>>,
    #[cfg(all(feature = "remote", target_os = "linux"))]
    remote_workers: Sources<WorkerMetrics>,
    #[cfg(feature = "watchdog")]
    watchdogs: Sources<WatchdogMetrics>,
    published: Published,
}

#[expect(
    clippy::must_use_candidate,
    reason = "what adds to the registry returns it only to be chained"
)]
impl Registry {
    /// Creates a registry with the process's own pools: each is in its snapshots as soon as it has
    /// been used, with the name `global` or `cpu`, unless another pool has this name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pool.
    ///
    /// The [distributions](crate::Quantiles) of its times are measured only if the builder's
    /// [`metrics`](crate::BlockingPoolBuilder::metrics) are on.
    pub fn pool(&self, name: &str, pool: &BlockingPool) -> &Self {
        self.0.pools.add(name, pool.metrics_reader());
        self
    }

    /// Adds a dedicated thread, among the pools: it is one with a single thread.
    pub fn dedicated_thread(&self, name: &str, thread: &DedicatedThread) -> &Self {
        self.pool(name, thread.pool())
    }

    /// Adds a limiter.
    pub fn limiter(&self, name: &str, limiter: &Limiter) -> &Self {
        self.0.limiters.add(name, limiter.metrics_reader());
        self
    }

    /// Adds a group. All groups with one name are counted together, also those that have ended, so
    /// that each call of a function may add its own.
    ///
    /// A group is counted by the registry and the name that it was added to last.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::TaskGroup;
    /// use asyncify_runtime::observe::Registry;
    ///
    /// async fn sizes(registry: &Registry, names: &[&'static str]) -> std::io::Result<Vec<u64>> {
    ///     let mut group = TaskGroup::new();
    ///     registry.group("sizes", &mut group);
    ///     for &name in names {
    ///         group.spawn(move || Ok(std::fs::metadata(name)?.len()));
    ///     }
    ///     group.try_join_all().await
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let registry = Registry::new();
    /// sizes(&registry, &["Cargo.toml"]).await?;
    /// sizes(&registry, &["Cargo.toml", "src/lib.rs"]).await?;
    /// let counts = registry.snapshot().groups[0].metrics;
    /// assert_eq!((counts.groups, counts.children, counts.completed), (0, 0, 3));
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn group<T: Send + 'static>(&self, name: &str, group: &mut TaskGroup<T>) -> &Self {
        group.count_in(self.group_counters(name));
        self
    }

    /// Adds a pool of worker processes.
    #[cfg(all(feature = "process", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "process")))]
    pub fn process_pool(&self, name: &str, pool: &process::Pool) -> &Self {
        self.0.process_pools.add(name, pool.metrics_reader());
        #[cfg(feature = "console")]
        self.0.process_workers.add(name, pool.workers_reader());
        self
    }

    /// Adds a worker that runs remote tasks.
    #[cfg(all(feature = "remote", target_os = "linux"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "remote")))]
    pub fn remote_worker(&self, name: &str, worker: &Worker) -> &Self {
        self.0.remote_workers.add(name, worker.metrics_reader());
        self
    }

    /// Adds a watchdog.
    #[cfg(feature = "watchdog")]
    #[cfg_attr(docsrs, doc(cfg(feature = "watchdog")))]
    pub fn watchdog(&self, name: &str, watchdog: &Watchdog) -> &Self {
        self.0.watchdogs.add(name, watchdog.metrics_reader());
        self
    }

    /// Reads the metrics of everything that was added and has not ended, and of the process's own
    /// pools.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            pools: self.pools(),
            limiters: self.0.limiters.snapshot(),
            groups: self.groups(),
            #[cfg(all(feature = "process", target_os = "linux"))]
            process_pools: self.process_pools(),
            #[cfg(all(feature = "remote", target_os = "linux"))]
            remote_workers: self.0.remote_workers.snapshot(),
            #[cfg(feature = "watchdog")]
            watchdogs: self.0.watchdogs.snapshot(),
        }
    }

    /// Publishes a [snapshot](Self::snapshot) through the crate [`metrics`], with the names on the
    /// module's [page](super#published-metrics).
    ///
    /// Call it when metrics are read, as by the handler of a Prometheus endpoint, or at an
    /// interval. It publishes to the recorder that is installed; without one it does nothing.
    ///
    /// Levels of what has ended become 0, and totals stay. So does a total that is less than
    /// before, because a new pool has the name of a former one, until it is more.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use asyncify_runtime::observe::Registry;
    ///
    /// async fn publish(registry: Registry) {
    ///     let mut interval = tokio::time::interval(Duration::from_secs(10));
    ///     loop {
    ///         interval.tick().await;
    ///         registry.record();
    ///     }
    /// }
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// # runtime.block_on(async {
    /// let publisher = tokio::spawn(publish(Registry::new()));
    /// // At the end of the program:
    /// publisher.abort();
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn record(&self) {
        self.0.published.publish(&self.snapshot());
    }

    fn pools(&self) -> Vec<Named<PoolMetrics>> {
        let mut pools = self.0.pools.snapshot();
        for (name, pool) in pool::started() {
            add_unless_named(&mut pools, name, || pool.metrics());
        }
        pools
    }

    #[cfg(all(feature = "process", target_os = "linux"))]
    fn process_pools(&self) -> Vec<Named<process::Metrics>> {
        let mut pools = self.0.process_pools.snapshot();
        if let Some(pool) = process::started() {
            add_unless_named(&mut pools, "global", || pool.metrics());
        }
        pools
    }

    /// The worker processes of each pool.
    #[cfg(all(feature = "process", feature = "console", target_os = "linux"))]
    pub(crate) fn process_workers(&self) -> Vec<Named<Vec<process::Worker>>> {
        let mut pools = self.0.process_workers.snapshot();
        if let Some(pool) = process::started() {
            add_unless_named(&mut pools, "global", || pool.workers());
        }
        pools
    }

    fn groups(&self) -> Vec<Named<crate::group::GroupMetrics>> {
        let groups = self.0.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |(name, counters): &(Arc<str>, Arc<GroupCounters>)| Named {
            name: name.clone(),
            metrics: counters.metrics(),
        };
        groups.iter().map(read).collect()
    }

    fn group_counters(&self, name: &str) -> Arc<GroupCounters> {
        let mut groups = self.0.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, counters)) = groups.iter().find(|(other, _)| **other == *name) {
            return counters.clone();
        }
        let counters = Arc::<GroupCounters>::default();
        groups.push((name.into(), counters.clone()));
        counters
    }
}

fn add_unless_named<M>(all: &mut Vec<Named<M>>, name: &str, metrics: impl FnOnce() -> M) {
    if all.iter().all(|other| *other.name != *name) {
        all.push(Named { name: name.into(), metrics: metrics() });
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.snapshot()).finish()
    }
}
