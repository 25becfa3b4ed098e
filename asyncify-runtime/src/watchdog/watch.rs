//! What is watched: its name, its place, and how to find both by the identity in a lane's word.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, PoisonError};

use super::handle::Config;
use super::keeper;
use super::local::Entered;
use super::tell::Listener;
use crate::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering::Relaxed};

/// One watch, on the side of what is watched. It is known to the keeper from its first poll on.
pub(super) struct Watch {
    name: Option<Cow<'static, str>>,
    location: &'static Location<'static>,
    config: Arc<Config>,
    /// 0 before the first poll.
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

    /// Runs `poll` as a poll of this watch.
    #[inline]
    pub(super) fn during<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        if self.id == 0 {
            self.begin();
        }
        let _entered = Entered::new(self.id);
        poll()
    }

    #[cold]
    fn begin(&mut self) {
        let watched = Known {
            name: self.name.take(),
            location: self.location,
            config: Arc::clone(&self.config),
            listener: Listener::current(),
        };
        self.id = keeper::global().watches().add(watched);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.id != 0 {
            keeper::global().end_watch(self.id);
        }
    }
}

/// One watch, on the side of the keeper.
pub(super) struct Known {
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) location: &'static Location<'static>,
    pub(super) config: Arc<Config>,
    pub(super) listener: Listener,
}

/// Under loom one lock is as good as many.
const SHARDS: usize = if cfg!(asyncify_loom) { 1 } else { 16 };

/// All watches that have been polled and not dropped, by identity.
pub(super) struct Watches {
    /// By identity modulo their number, so that threads seldom meet at a lock.
    shards: [Mutex<HashMap<u64, Arc<Known>>>; SHARDS],
    /// Identities are never used again: one at each nanosecond would last for a century.
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

    pub(super) fn add(&self, watched: Known) -> u64 {
        // Relaxed: only that it is unique counts.
        let id = self.next.fetch_add(1, Relaxed);
        // Relaxed: read by the keeper to choose between two ways to rest, either of which ends with
        // the poll that follows.
        self.live.fetch_add(1, Relaxed);
        self.shard(id).insert(id, Arc::new(watched));
        id
    }

    pub(super) fn get(&self, id: u64) -> Option<Arc<Known>> {
        self.shard(id).get(&id).cloned()
    }

    /// `true`: it was the last one.
    #[must_use]
    pub(super) fn remove(&self, id: u64) -> bool {
        let watched = self.shard(id).remove(&id);
        // The span of a user's, outside of the lock.
        drop(watched);
        // Relaxed: the last one takes the keeper's lock afterwards, under which it is read.
        self.live.fetch_sub(1, Relaxed) == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live.load(Relaxed) == 0
    }

    fn shard(&self, id: u64) -> MutexGuard<'_, HashMap<u64, Arc<Known>>> {
        // The remainder is below the number of shards.
        let index = usize::try_from(id % SHARDS as u64).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
