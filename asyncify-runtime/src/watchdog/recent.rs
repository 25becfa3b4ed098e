//! The last stalls, for the console.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Arc, LazyLock, PoisonError};
use std::time::{Duration, Instant};

use super::stall::Stall;
use crate::sync::Mutex;

/// How many stalls are remembered.
const MAX: usize = 64;

static RECENT: LazyLock<Mutex<VecDeque<RecentStall>>> = LazyLock::new(Mutex::default);

/// A stall without its task: that would keep the task's span open.
#[derive(Clone, Debug)]
pub(crate) struct RecentStall {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) location: &'static Location<'static>,
    pub(crate) thread: Option<Arc<str>>,
    pub(crate) activity: Option<Arc<str>>,
    pub(crate) since: Instant,
    /// `None` while the poll goes on.
    pub(crate) duration: Option<Duration>,
}

/// Returns the last stalls of all watchdogs, the newest last.
pub(crate) fn recent_stalls() -> Vec<RecentStall> {
    RECENT.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}

/// Remembers a stall, or that it is over.
pub(super) fn remember(stall: &Stall) {
    let new = RecentStall {
        name: stall.name().map(Arc::from),
        location: stall.location(),
        thread: stall.thread_name().map(Arc::from),
        activity: stall.activity().map(Arc::from),
        since: stall.since(),
        duration: stall.is_over().then(|| stall.duration()),
    };
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    // A thread is in one poll at a time.
    let is_same = |other: &RecentStall| {
        other.duration.is_none() && other.since == new.since && other.thread == new.thread
    };
    if let Some(same) = recent.iter_mut().rev().find(|other| is_same(other)) {
        same.duration = new.duration;
        return;
    }
    if recent.len() >= MAX {
        recent.pop_front();
    }
    recent.push_back(new);
}
