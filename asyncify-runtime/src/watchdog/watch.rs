//! A watch: the name and location of a watched future, which the monitor finds by its id.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, PoisonError};

use super::handle::Config;
use super::local::Entered;
use super::monitor;
use super::report::EventContext;
use crate::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering::Relaxed};

/// A watch, on the side of the future. It is registered with the monitor by the first poll.
pub(super) struct Watch {
    name: Option<Cow<'static, str>>,
    location: &'static Location<'static>,
    config: Arc<Config>,
    /// The id, or 0 before the first poll.
    id: u64,
}

impl Watch {
    pub(super) fn new(
        config: Arc<Config>,
        name: Option<Cow<'static, str>>,
        location: &'static Location<'static>,
    ) -> Self {
        Self { name, location, config, id: 0 }
    }

    pub(super) fn set_name(&mut self, name: Cow<'static, str>) {
        self.name = Some(name);
    }

    /// Runs `poll` as a watched poll.
    #[inline]
    pub(super) fn poll<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        if self.id == 0 {
            self.register();
        }
        let _entered = Entered::new(self.id);
        poll()
    }

    #[cold]
    fn register(&mut self) {
        let watched = WatchInfo {
            name: self.name.take(),
            location: self.location,
            config: Arc::clone(&self.config),
            event_context: EventContext::current(),
        };
        self.id = monitor::global().watches().add(watched);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.id != 0 {
            monitor::global().remove_watch(self.id);
        }
    }
}

/// A watch, on the side of the monitor.
pub(super) struct WatchInfo {
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) location: &'static Location<'static>,
    pub(super) config: Arc<Config>,
    pub(super) event_context: EventContext,
}

/// A single shard under loom, to keep models small.
const SHARDS: usize = if cfg!(asyncify_loom) { 1 } else { 16 };

/// All watches that have been polled and not dropped, by id.
pub(super) struct Watches {
    /// The id modulo the number of shards selects one; this reduces lock contention.
    shards: [Mutex<HashMap<u64, Arc<WatchInfo>>>; SHARDS],
    /// The next id. Ids are not reused: at one id per nanosecond they last for more than a century.
    next: AtomicU64,
    live: AtomicUsize,
}

impl Watches {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::new(HashMap::new())),
            next: AtomicU64::new(1),
            live: AtomicUsize::new(0),
        }
    }

    pub(super) fn add(&self, watched: WatchInfo) -> u64 {
        // Relaxed: the id only has to be unique.
        let id = self.next.fetch_add(1, Relaxed);
        // Relaxed: the monitor reads it to choose between parking and stopping; the poll that
        // follows ends either.
        self.live.fetch_add(1, Relaxed);
        self.shard(id).insert(id, Arc::new(watched));
        id
    }

    pub(super) fn get(&self, id: u64) -> Option<Arc<WatchInfo>> {
        self.shard(id).get(&id).cloned()
    }

    /// Removes a watch. Returns `true` if it was the last one.
    #[must_use]
    pub(super) fn remove(&self, id: u64) -> bool {
        let watched = self.shard(id).remove(&id);
        // Drops the user's span outside the lock.
        drop(watched);
        // Relaxed: after the last removal the caller takes the monitor's lock, under which it is
        // read.
        self.live.fetch_sub(1, Relaxed) == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live.load(Relaxed) == 0
    }

    fn shard(&self, id: u64) -> MutexGuard<'_, HashMap<u64, Arc<WatchInfo>>> {
        // The remainder is below the number of shards.
        let index = usize::try_from(id % SHARDS as u64).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
