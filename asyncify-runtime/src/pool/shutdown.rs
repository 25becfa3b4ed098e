//! The end of a pool, and waiting for it.

use super::core::Core;
use super::current;
use super::host::Host;
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
    /// They are dropped, and whoever awaits them gets a cancellation.
    Discard,
}

/// What [`BlockingPool::shutdown_timeout`](super::BlockingPool::shutdown_timeout) left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Leftover {
    /// Jobs that had not started in time, and were discarded.
    pub discarded: usize,
    /// Threads that were still at a job. They end with it.
    pub running: usize,
}

/// How many of a pool's own threads wait for its end. Each is at a job, which is why none of them
/// can wait for all threads: they wait until only they are left.
pub(super) struct Insiders(AtomicUsize);

impl Insiders {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    fn count(&self) -> usize {
        // Acquire: pairs with the Release in `enter`. Who reads a count has been notified after
        // it, or notifies others itself.
        self.0.load(Ordering::Acquire)
    }
}

/// One of the [`Insiders`], if this thread is.
struct Insider<'a>(Option<&'a Core<Threads>>);

impl<'a> Insider<'a> {
    fn enter(core: &'a Arc<Core<Threads>>) -> Self {
        let inside = is_inside(core);
        if inside {
            core.host.insiders.0.fetch_add(1, Ordering::Release);
            // The other insiders wait for one thread less.
            core.host.notify(core);
        }
        Self(inside.then_some(core))
    }

    fn has_ended(&self, core: &Core<Threads>) -> bool {
        if self.0.is_none() {
            return core.has_ended();
        }
        core.queue.is_empty() && core.census.count().threads() <= core.host.insiders.count()
    }

    /// Waits for the last steps of threads that have left the pool.
    fn join(&self, core: &Arc<Core<Threads>>) {
        // A waker may poll on one of them, as it leaves: it cannot wait for itself, nor for others
        // that may be joined by somebody who waits for it.
        if self.0.is_none() && !is_inside(core) {
            core.host.crew.join_all();
        }
    }
}

impl Drop for Insider<'_> {
    fn drop(&mut self) {
        if let Some(core) = self.0 {
            // Relaxed: one less never lets anybody go on.
            core.host.insiders.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Whether this thread is one of the pool's.
fn is_inside(core: &Arc<Core<Threads>>) -> bool {
    current::pool().is_some_and(|pool| Arc::ptr_eq(&pool, core))
}

/// Waits until the closed pool has no threads left.
pub(super) async fn ended(core: &Arc<Core<Threads>>) {
    let insider = Insider::enter(core);
    core.host.settled.wait_until(|| insider.has_ended(core)).await;
    insider.join(core);
}

/// Waits for the same on this thread. `false`: not before the deadline.
fn wait_ended(core: &Arc<Core<Threads>>, deadline: Option<Instant>) -> bool {
    let insider = Insider::enter(core);
    let ended = core.host.settled.block_until(|| insider.has_ended(core), deadline);
    if ended {
        insider.join(core);
    }
    ended
}

/// Gives a closed pool `timeout` to drain, then discards what is queued.
pub(super) fn within(core: &Arc<Core<Threads>>, timeout: Duration) -> Result<(), Leftover> {
    // A deadline beyond what the clock can tell is none.
    if wait_ended(core, Instant::now().checked_add(timeout)) {
        return Ok(());
    }
    let discarded = core.close(true);
    let running = super::metrics::PoolMetrics::of(core).running;
    if discarded == 0 && core.has_ended() { Ok(()) } else { Err(Leftover { discarded, running }) }
}

/// Those who wait until nothing is queued and nothing runs.
///
/// Workers look for that moment when they come to rest, on behalf of all who wait by then: it is
/// theirs, even if jobs are submitted before they are polled.
pub(super) struct Idle(Event);

impl Idle {
    pub(super) fn new() -> Self {
        Self(Event::new())
    }

    /// Looks for an idle moment if somebody waits for one: a worker went idle or left, or nobody
    /// could be called.
    pub(super) fn notify<H: Host>(&self, core: &Core<H>) {
        // Who comes after this waits for a later moment: it may have submitted a job in between.
        let Some(waiting) = self.0.waiters() else { return };
        if core.is_quiet() {
            self.0.notify(waiting);
        }
    }

    /// Waits for an idle moment.
    pub(super) async fn wait<H: Host>(&self, core: &Core<H>) {
        let mut listener = self.0.listener();
        poll_fn(|cx| {
            // Listening first: a worker that rests from here on sees that we wait.
            let idle = listener.poll(cx).is_ready() || core.is_quiet();
            if idle { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
