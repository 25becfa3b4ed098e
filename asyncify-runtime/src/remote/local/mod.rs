//! The embedded engine.

mod delivery;
mod store;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use self::delivery::LocalDeliveries;
use self::store::{Store, Wait};
use super::engine::{BoxFuture, Consume, Deliveries, Engine, Limits, Submitted};
use super::envelope::{DeadLetter, Envelope, Outcome};
use super::names::TaskId;
use crate::error::Error;
use crate::sync::{Mutex, MutexGuard};
use crate::util::wait_queue::Event;

/// An engine within the program: nothing to install, for tests and for programs that one machine is
/// enough for.
///
/// It has the semantics of an engine on a server: queues, leases, retries, dead letters, results
/// with a time to live, limits of size. Workers are tasks of the same program. What it stores is in
/// memory, so it ends with the program.
///
/// Cheap to clone; all clones are one engine.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use asyncify_runtime::remote::Local;
///
/// let engine = Local::builder().result_ttl(Duration::from_secs(60)).build();
/// asyncify_runtime::remote::install(engine).expect("the first one");
/// ```
#[derive(Clone)]
pub struct Local {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    /// No code of the user runs under it.
    store: Mutex<Store>,
    /// Notified when a task may be delivered.
    queued: Event,
}

#[derive(Clone, Copy)]
struct Config {
    lease: Duration,
    result_ttl: Duration,
    capacity: usize,
    limits: Limits,
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The configuration of a [`Local`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct LocalBuilder {
    config: Config,
}

impl LocalBuilder {
    /// Sets how long a worker may be silent before its task is given to another one. Default: 30
    /// seconds.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.config.lease = lease;
        self
    }

    /// Sets how long a result can be fetched, and its id is known. Default: 1 hour.
    pub fn result_ttl(mut self, ttl: Duration) -> Self {
        self.config.result_ttl = ttl;
        self
    }

    /// Limits the memory of tasks, results and dead letters, in bytes. What exceeds it fails with
    /// [`StoreFull`](super::RemoteError::StoreFull). Default: 256 MiB.
    pub fn capacity(mut self, bytes: usize) -> Self {
        self.config.capacity = bytes;
        self
    }

    /// Limits the size of one encoded task, in bytes. Default: 16 MiB.
    pub fn max_task(mut self, bytes: usize) -> Self {
        self.config.limits.task = bytes;
        self
    }

    /// Limits the size of one encoded result, in bytes. Default: 16 MiB.
    pub fn max_outcome(mut self, bytes: usize) -> Self {
        self.config.limits.outcome = bytes;
        self
    }

    /// Creates the engine.
    #[must_use]
    pub fn build(self) -> Local {
        let store = Mutex::new(Store::new(self.config));
        Local { shared: Arc::new(Shared { config: self.config, store, queued: Event::new() }) }
    }
}

impl fmt::Debug for LocalBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBuilder").finish_non_exhaustive()
    }
}

impl Local {
    /// An engine with the defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Configures an engine.
    pub fn builder() -> LocalBuilder {
        let limits = Limits { task: 16 << 20, outcome: 16 << 20 };
        let (lease, result_ttl) = (Duration::from_secs(30), Duration::from_secs(3600));
        LocalBuilder { config: Config { lease, result_ttl, capacity: 256 << 20, limits } }
    }

    /// The tasks that have failed for good, oldest first.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.shared.store().dead_letters()
    }

    /// Puts a dead letter back into its queue, as a task without attempts and without a deadline.
    /// The outcome of its failure is forgotten.
    ///
    /// # Errors
    ///
    /// [`NoResult`](super::RemoteError::NoResult) if there is no dead letter with this id.
    pub fn replay(&self, id: &TaskId) -> Result<(), Error> {
        self.shared.store().replay(id)?;
        self.shared.queued.notify_all();
        Ok(())
    }

    /// Drops a dead letter. Returns whether there was one.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn purge(&self, id: &TaskId) -> bool {
        self.shared.store().purge(id)
    }

    fn submit_now(&self, task: Envelope) -> Result<Submitted, Error> {
        let submitted = self.shared.store().submit(task, Instant::now())?;
        if submitted == Submitted::New {
            self.shared.queued.notify_all();
        }
        Ok(submitted)
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

impl Engine for Local {
    fn limits(&self) -> Limits {
        self.shared.config.limits
    }

    fn submit(&self, task: Envelope) -> BoxFuture<'static, Result<Submitted, Error>> {
        let engine = self.clone();
        Box::pin(async move { engine.submit_now(task) })
    }

    fn call(&self, task: Envelope) -> BoxFuture<'static, Result<Outcome, Error>> {
        let engine = self.clone();
        Box::pin(async move {
            let claim = Claim { shared: engine.shared.clone(), id: task.id.clone() };
            engine.submit_now(task)?;
            wait(&claim.shared, &claim.id).await
        })
    }

    fn outcome(&self, id: TaskId) -> BoxFuture<'static, Result<Outcome, Error>> {
        let shared = self.shared.clone();
        Box::pin(async move { wait(&shared, &id).await })
    }

    fn cancel(&self, id: TaskId) -> BoxFuture<'static, Result<(), Error>> {
        let shared = self.shared.clone();
        Box::pin(async move {
            let cancelled = shared.store().cancel(&id, Instant::now());
            cancelled.notify();
            Ok(())
        })
    }

    fn consume(&self, options: Consume) -> BoxFuture<'static, Result<Box<dyn Deliveries>, Error>> {
        let deliveries = LocalDeliveries::new(self.shared.clone(), options.queues);
        Box::pin(async move { Ok(Box::new(deliveries) as Box<dyn Deliveries>) })
    }
}

async fn wait(shared: &Shared, id: &TaskId) -> Result<Outcome, Error> {
    let done = match shared.store().outcome(id, Instant::now()) {
        Wait::Done(outcome) => return outcome,
        Wait::Pending(done) => done,
    };
    let mut outcome = None;
    done.wait_until(|| match shared.store().outcome(id, Instant::now()) {
        Wait::Done(result) => {
            outcome = Some(result);
            true
        }
        Wait::Pending(_) => false,
    })
    .await;
    outcome.expect("set when the wait ends")
}

/// A caller that waits in `call`. When it has ended, nobody else asks for the outcome of an
/// [anonymous](Envelope::anonymous) task.
struct Claim {
    shared: Arc<Shared>,
    id: TaskId,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.shared.store().abandon(&self.id);
    }
}

/// Waits for a task of the queues, or for the moment when one is due.
async fn pull<T>(shared: &Shared, mut try_pull: impl FnMut(&mut Store, Instant) -> Option<T>) -> T {
    let mut queued = shared.queued.listener();
    let mut timer: Option<(Instant, crate::call::Timer)> = None;
    let mut now = Instant::now();
    poll_fn(|cx| {
        loop {
            // Listen first: changes from here on lead to a notification.
            let notified = queued.poll(cx).is_ready();
            now = now.max(Instant::now());
            let (pulled, due) = {
                let mut store = shared.store();
                store.release_due(now);
                (try_pull(&mut store, now), store.next_due())
            };
            if let Some(pulled) = pulled {
                return Poll::Ready(pulled);
            }
            if timer.as_ref().map(|(at, _)| *at) != due {
                timer = due.map(|at| (at, crate::call::Timer::new(at.duration_since(now))));
            }
            if let Some((at, sleep)) = &mut timer {
                if sleep.poll(cx).is_ready() {
                    // The timer's clock may be another one, such as tokio's paused clock.
                    now = now.max(*at);
                    timer = None;
                    continue;
                }
            }
            if !notified {
                return Poll::Pending;
            }
        }
    })
    .await
}
