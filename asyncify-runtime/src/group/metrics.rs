//! The metrics of groups with one name.

use std::sync::Arc;

use crate::sync::unmodelled::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use crate::task::JoinError;

/// Counts of all groups that were added to a [`Registry`](crate::observe::Registry) by one name.
///
/// What has ended is counted when it is joined. A child that is dropped with its group, or
/// detached, is only in `spawned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupMetrics {
    /// Groups that exist.
    pub groups: usize,
    /// Children that have not been joined.
    pub children: usize,
    /// Children that were spawned.
    pub spawned: u64,
    /// Children that ran to completion.
    pub completed: u64,
    /// Children that were cancelled.
    pub cancelled: u64,
    /// Children that panicked.
    pub panicked: u64,
    /// Children that were rejected by their executor.
    pub rejected: u64,
}

/// Relaxed throughout: statistics.
#[derive(Default)]
pub(crate) struct GroupCounters {
    groups: AtomicUsize,
    children: AtomicUsize,
    spawned: AtomicU64,
    completed: AtomicU64,
    cancelled: AtomicU64,
    panicked: AtomicU64,
    rejected: AtomicU64,
}

impl GroupCounters {
    pub(crate) fn metrics(&self) -> GroupMetrics {
        GroupMetrics {
            groups: self.groups.load(Relaxed),
            children: self.children.load(Relaxed),
            spawned: self.spawned.load(Relaxed),
            completed: self.completed.load(Relaxed),
            cancelled: self.cancelled.load(Relaxed),
            panicked: self.panicked.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
        }
    }
}

/// A group's part of the counters, which ends with the group.
pub(super) struct Observed {
    counters: Arc<GroupCounters>,
    children: usize,
}

impl Observed {
    pub(super) fn new(counters: Arc<GroupCounters>, children: usize) -> Self {
        counters.groups.fetch_add(1, Relaxed);
        let mut observed = Self { counters, children: 0 };
        observed.spawned(children);
        observed
    }

    pub(super) fn spawned(&mut self, children: usize) {
        self.children += children;
        self.counters.children.fetch_add(children, Relaxed);
        self.counters.spawned.fetch_add(children as u64, Relaxed);
    }

    pub(super) fn joined<T>(&mut self, result: &Result<T, JoinError>) {
        let counter = match result {
            Ok(_) => &self.counters.completed,
            Err(error) if error.is_panic() => &self.counters.panicked,
            Err(error) if error.is_rejected() => &self.counters.rejected,
            Err(_) => &self.counters.cancelled,
        };
        counter.fetch_add(1, Relaxed);
        self.removed(1);
    }

    pub(super) fn removed(&mut self, children: usize) {
        self.children -= children;
        self.counters.children.fetch_sub(children, Relaxed);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.removed(self.children);
        self.counters.groups.fetch_sub(1, Relaxed);
    }
}
