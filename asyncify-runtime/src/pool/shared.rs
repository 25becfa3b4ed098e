//! The protocol: what the handles and workers of a pool share, and every step that is not a
//! worker's alone.
//!
//! README.md, beside this file, states the protocol and proves it; this file implements it.

#[cfg(asyncify_delays)]
use super::delays;
use super::fences::{Fences, Site};
use super::host::{Host, StartReason};
use super::padded::CachePadded;
use super::parker::UnparkReason;
use super::queue::Queue;
use super::slots::WorkerSlots;
use super::thread_count::ThreadCount;
use super::wake_state::{Notifier, Notify, WakeState};
use crate::sync::{Mutex, MutexGuard};
use std::io;
use std::sync::{Arc, PoisonError};

/// The queue length from which helpers are spawned.
const HELPERS_FROM: usize = 4;
/// The most helpers that are spawned at a time. (None under loom, which allows few threads.)
const MAX_HELPERS: usize = if cfg!(all(test, asyncify_loom)) { 0 } else { 3 };

/// One pool, shared by its handles and its workers.
///
/// (`std`'s `Arc`, in models too: the number of handles is no part of the protocol.)
pub(super) struct Shared<H: Host> {
    pub(super) host: H,
    pub(super) queue: Queue<H::Job>,
    /// Read by every submission.
    pub(super) wake_state: CachePadded<WakeState>,
    pub(super) thread_count: CachePadded<ThreadCount>,
    pub(super) slots: WorkerSlots,
    /// Workers with a lower index never leave an open pool.
    pub(super) min_threads: usize,
    pub(super) fences: Fences,
    /// Whether the pool has terminated: it is closed, has no threads and can get none. The lock is
    /// taken only in a closed pool, and orders termination against late submissions.
    terminated: Mutex<bool>,
}

impl<H: Host> Shared<H> {
    /// A pool without threads; [`spawn_min_threads`](Self::spawn_min_threads) is next.
    pub(super) fn new(host: H, min_threads: usize, max_threads: usize, fences: Fences) -> Self {
        debug_assert!(min_threads <= max_threads);
        Self {
            host,
            queue: Queue::new(),
            wake_state: CachePadded(WakeState::new()),
            thread_count: CachePadded(ThreadCount::new(max_threads)),
            slots: WorkerSlots::new(),
            min_threads,
            fences,
            terminated: Mutex::new(false),
        }
    }

    /// Spawns the first `min_threads` threads.
    pub(super) fn spawn_min_threads(self: &Arc<Self>) -> io::Result<()> {
        for k in 0..self.min_threads {
            let reason = if k == 0 { StartReason::Notified } else { StartReason::Helper };
            if let Err(error) = self.spawn_thread(reason).unwrap_or(Ok(())) {
                if reason == StartReason::Notified {
                    self.wake_state.cancel_notification();
                }
                self.close(true);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Queues a job, and notifies a worker unless one is searching or notified. Wakes a helper if
    /// the notified worker is late. Runs no user code, unless the pool is closed.
    #[inline]
    pub(super) fn submit(self: &Arc<Self>, job: H::Job) {
        self.queue.push(job);
        self.fences.at(Site::Submit);
        let state = self.wake_state.load();
        if !state.is_searching_or_notified() {
            self.wake_or_spawn(Notifier::Uncounted);
        } else if !state.is_searching() && self.slots.any_idle_in_first_block() {
            self.wake_helper_if_late();
        }
        #[cfg(asyncify_delays)]
        if super::current::pool().is_none() {
            delays::at(delays::Step::Submitted);
        }
    }

    /// Unparks an idle worker as a helper if the notified worker is late: it may be waiting for a
    /// core, or start slowly.
    #[cold]
    fn wake_helper_if_late(&self) {
        if !self.host.notified_worker_is_late() {
            return;
        }
        if let Some(worker) = self.slots.claim() {
            self.unpark_without_flag(worker);
        }
    }

    /// Unparks a worker that the caller has claimed, to run jobs and recheck the pool's state.
    fn unpark_without_flag(&self, worker: usize) {
        self.wake_state.count_notification();
        self.slots.slot(worker).parker.unpark(UnparkReason::Recheck);
    }

    /// Wakes or spawns one worker, unless one is searching or notified.
    pub(super) fn wake_or_spawn(self: &Arc<Self>, notifier: Notifier) {
        match self.try_wake_or_spawn(notifier) {
            WakeOutcome::Notified => {}
            // This notification alone may have made the pool look busy.
            WakeOutcome::NoWorker => self.host.notify_waiters(self),
            WakeOutcome::Closed => self.advance_shutdown(),
        }
    }

    fn try_wake_or_spawn(self: &Arc<Self>, notifier: Notifier) -> WakeOutcome {
        // One failed spawn is enough for one call, however long the system took to fail it.
        let mut spawn_failed = false;
        loop {
            // Before the flag is set: a submission that sees the flag sees when.
            self.host.waking();
            match self.wake_state.notify(notifier) {
                Notify::Acquired => {}
                Notify::NotNeeded => return WakeOutcome::Notified,
                Notify::Closed => return WakeOutcome::Closed,
            }
            if let Some(worker) = self.slots.claim() {
                self.slots.slot(worker).parker.unpark(UnparkReason::Work);
                return WakeOutcome::Notified;
            }
            match self.spawn_thread(StartReason::Notified) {
                Some(Ok(())) => return WakeOutcome::Notified,
                Some(Err(_)) => spawn_failed = true,
                None => {}
            }
            let before = self.wake_state.cancel_notification();
            if before.is_closed() && notifier == Notifier::Uncounted {
                // Termination may have waited for this notification.
                return WakeOutcome::Closed;
            }
            if before.is_searching() {
                return WakeOutcome::Notified;
            }
            self.fences.at(Site::CancelNotification);
            let retry = self.slots.any_idle() || (!spawn_failed && self.may_spawn());
            if self.queue.is_empty() || !retry {
                return WakeOutcome::NoWorker;
            }
        }
    }

    /// Notifies a worker if the queue is not empty, after the write that `site` names.
    pub(super) fn recheck_queue(self: &Arc<Self>, site: Site, notifier: Notifier) {
        self.fences.at(site);
        if !self.queue.is_empty() {
            self.wake_or_spawn(notifier);
        }
    }

    /// Spawns several threads at once where many jobs wait: one after the other is slow when each
    /// has to start before it spawns the next.
    pub(super) fn spawn_helpers(self: &Arc<Self>) {
        if self.queue.len() < HELPERS_FROM || self.slots.any_idle() {
            return;
        }
        for _ in 0..MAX_HELPERS {
            if !matches!(self.spawn_thread(StartReason::Helper), Some(Ok(()))) {
                return;
            }
            // Not before: a thread that sees this count sees the slot allocated. Until then this
            // worker is not idle.
            self.wake_state.count_notification();
        }
    }

    fn may_spawn(&self) -> bool {
        self.thread_count.load().is_below_limit() && self.host.may_spawn()
    }

    /// Spawns a thread. `None`: the limit is reached, or the last failure is too recent.
    fn spawn_thread(self: &Arc<Self>, reason: StartReason) -> Option<io::Result<()>> {
        if !self.host.may_spawn() || !self.thread_count.add_thread() {
            return None;
        }
        let index = self.slots.allocate();
        let spawned = self.host.spawn(self, index, reason);
        if spawned.is_err() {
            self.slots.free(index);
            self.thread_count.remove_thread();
        }
        Some(spawned)
    }

    /// A worker exits, and no longer touches its slot. `counted`: the thread count still includes
    /// it.
    pub(super) fn exit(self: &Arc<Self>, index: usize, counted: bool) {
        self.slots.free(index);
        self.host.worker_exiting(self.wake_state.load().is_closed());
        if counted {
            self.thread_count.remove_thread();
        }
        self.recheck_queue(Site::Capacity, Notifier::Uncounted);
        if self.wake_state.load().is_closed() {
            self.advance_shutdown();
        }
        self.host.notify_waiters(self);
    }

    /// The limit was raised.
    pub(super) fn limit_raised(self: &Arc<Self>) {
        self.recheck_queue(Site::Capacity, Notifier::Uncounted);
    }

    /// Sets the most threads there may be.
    pub(super) fn set_max_threads(self: &Arc<Self>, max_threads: usize) {
        self.thread_count.set_max(max_threads.max(self.min_threads));
        self.limit_raised();
        if self.thread_count.load().has_excess() {
            self.unpark_all_idle();
        }
    }

    /// Closes the pool to new jobs. Queued jobs run or, with `discard`, are dropped here. Returns
    /// the number of jobs that were dropped.
    pub(super) fn close(self: &Arc<Self>, discard: bool) -> usize {
        self.wake_state.close(discard);
        self.fences.at(Site::Close);
        self.unpark_all_idle();
        let mut discarded = 0;
        if discard {
            while let Some(job) = self.queue.pop() {
                self.host.discard(job);
                discarded += 1;
            }
        }
        self.advance_shutdown();
        discarded
    }

    /// Unparks every idle worker once, to recheck the pool's state. A worker that goes idle again
    /// has rechecked it, and may do so before this loop ends; hence the ascending index.
    fn unpark_all_idle(&self) {
        let mut next = 0;
        while let Some(worker) = self.slots.claim_from(next) {
            self.unpark_without_flag(worker);
            next = worker + 1;
        }
    }

    /// Whether the pool was idle at a moment during this call, with nothing queued and nothing
    /// running: the moment at which the queue is read.
    pub(super) fn is_idle(&self) -> bool {
        let before = self.wake_state.load_acquire();
        if before.is_searching_or_notified() || !self.slots.all_idle() {
            return false;
        }
        self.fences.at(Site::IdleCheck);
        let empty = self.queue.is_empty();
        self.fences.at(Site::IdleCheck);
        // The idle workers stayed idle, as no worker was notified in between.
        empty && self.wake_state.load() == before
    }

    pub(super) fn is_terminated(&self) -> bool {
        *self.lock_terminated()
    }

    /// Advances the shutdown on behalf of a thread outside the thread count: late jobs get a worker
    /// while there can be one; otherwise they are refused, or discarded like all others.
    fn advance_shutdown(self: &Arc<Self>) {
        let (terminated, discarding) = {
            let mut terminated = self.lock_terminated();
            if !*terminated && !self.queue.is_empty() && !self.wake_state.load().is_discarding() {
                // Runs no user code, whatever the outcome.
                self.try_wake_or_spawn(Notifier::Counted);
            }
            // A thread that holds `NOTIFIED` now has set it before the pool was closed, and comes
            // here afterwards if it spawned no thread. Otherwise it is set only under this lock, or
            // by threads that are counted.
            let notified = self.wake_state.load_acquire().is_notified();
            *terminated |= !notified && self.thread_count.load().threads() == 0;
            (*terminated, self.wake_state.load().is_discarding())
        };
        // A pool that has drained holds only late jobs. One that discards may hold jobs that it had
        // accepted, which are discarded as everywhere else.
        if discarding {
            while let Some(job) = self.queue.pop() {
                self.host.discard(job);
            }
        } else if terminated {
            while let Some(job) = self.queue.pop() {
                self.host.refuse(job);
            }
        }
        self.host.notify_waiters(self);
    }

    fn lock_terminated(&self) -> MutexGuard<'_, bool> {
        self.terminated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The outcome of waking or spawning a worker.
enum WakeOutcome {
    /// A worker is searching or notified.
    Notified,
    /// No worker can be woken or spawned, or the queue is empty by now.
    NoWorker,
    /// The pool is closed, and the notifier is not counted.
    Closed,
}
