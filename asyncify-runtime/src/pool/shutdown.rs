//! Shutdown: waiting until a pool is idle or has terminated.

use super::current;
use super::host::Host;
use super::shared::Shared;
use super::threads::Threads;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::wait_queue::Event;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

/// What happens to the jobs that are queued when a pool is shut down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shutdown {
    /// They run.
    Drain,
    /// They are dropped, and awaiting them returns a cancellation.
    Discard,
}

/// What [`BlockingPool::shutdown_timeout`](super::BlockingPool::shutdown_timeout) left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Leftover {
    /// Jobs that had not started in time, and were discarded.
    pub discarded: usize,
    /// Threads that were still running a job. They end with it.
    pub running: usize,
}

/// The number of a pool's own jobs that wait for its shutdown. The threads that run them cannot end
/// before, so each of these jobs waits until only such threads are left.
pub(super) struct JobsInShutdown(AtomicUsize);

impl JobsInShutdown {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    fn count(&self) -> usize {
        // Acquire: pairs with the Release in `ShutdownWaiter::new`. A thread that reads a count is
        // notified after it, or notifies others itself.
        self.0.load(Ordering::Acquire)
    }
}

/// A thread that waits for the pool's termination. Counts itself among the [`JobsInShutdown`] if it
/// is a thread of that pool; `None` if it is not.
struct ShutdownWaiter<'a>(Option<&'a Shared<Threads>>);

impl<'a> ShutdownWaiter<'a> {
    fn new(shared: &'a Arc<Shared<Threads>>) -> Self {
        let is_job = is_worker_of(shared);
        if is_job {
            shared.host.jobs_in_shutdown.0.fetch_add(1, Ordering::Release);
            // The other such jobs wait for one thread less.
            shared.host.notify_waiters(shared);
        }
        Self(is_job.then_some(shared))
    }

    fn is_done(&self, shared: &Shared<Threads>) -> bool {
        if self.0.is_none() {
            return shared.is_terminated();
        }
        shared.queue.is_empty()
            && shared.thread_count.load().threads() <= shared.host.jobs_in_shutdown.count()
    }

    /// Joins the threads that have left the pool.
    fn join(&self, shared: &Arc<Shared<Threads>>) {
        // A waker may poll on a worker that exits: that thread cannot join itself, nor other
        // threads that may be joined by a thread that waits for it.
        if self.0.is_none() && !is_worker_of(shared) {
            shared.host.join_handles.join_all();
        }
    }
}

impl Drop for ShutdownWaiter<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            // Relaxed: a lower count never lets a waiter go on.
            shared.host.jobs_in_shutdown.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Whether the current thread is a worker of this pool.
pub(super) fn is_worker_of(shared: &Arc<Shared<Threads>>) -> bool {
    current::pool().is_some_and(|pool| Arc::ptr_eq(&pool, shared))
}

/// Waits until the closed pool has terminated.
pub(super) async fn terminated(shared: &Arc<Shared<Threads>>) {
    let waiter = ShutdownWaiter::new(shared);
    shared.host.termination.wait_until(|| waiter.is_done(shared)).await;
    waiter.join(shared);
}

/// Blocks the current thread until the closed pool has terminated. `false`: the deadline passed.
fn block_until_terminated(shared: &Arc<Shared<Threads>>, deadline: Option<Instant>) -> bool {
    let waiter = ShutdownWaiter::new(shared);
    let done = shared.host.termination.block_until(|| waiter.is_done(shared), deadline);
    if done {
        waiter.join(shared);
    }
    done
}

/// Gives a closed pool `timeout` to drain, then discards what is queued.
pub(super) fn drain_within(
    shared: &Arc<Shared<Threads>>,
    timeout: Duration,
) -> Result<(), Leftover> {
    // A deadline that the clock cannot represent is none.
    if block_until_terminated(shared, Instant::now().checked_add(timeout)) {
        return Ok(());
    }
    let discarded = shared.close(true);
    let running = super::metrics::PoolMetrics::of(shared).running;
    if discarded == 0 && shared.is_terminated() {
        Ok(())
    } else {
        Err(Leftover { discarded, running })
    }
}

/// The callers of `wait_idle`, which wait until nothing is queued and nothing runs.
///
/// Workers check for that moment when they go idle, on behalf of all waiters present by then: the
/// moment counts for these, even if jobs are submitted before they are polled.
pub(super) struct IdleWaiters(Event);

impl IdleWaiters {
    pub(super) fn new() -> Self {
        Self(Event::new())
    }

    /// Checks whether the pool is idle, if there are waiters: a worker went idle or exited, or no
    /// worker could be woken or spawned.
    pub(super) fn notify_if_idle<H: Host>(&self, shared: &Shared<H>) {
        // A waiter that comes after this waits for a later moment: it may have submitted a job in
        // between.
        let Some(waiters) = self.0.waiters() else { return };
        if shared.is_idle() {
            self.0.notify(waiters);
        }
    }

    /// Waits until the pool is idle for a moment.
    pub(super) async fn wait<H: Host>(&self, shared: &Shared<H>) {
        let mut listener = self.0.listener();
        poll_fn(|cx| {
            // Listening first: a worker that goes idle from here on sees this waiter.
            let idle = listener.poll(cx).is_ready() || shared.is_idle();
            if idle { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
