//! The worker's side: takes tasks from queues, runs their functions, and settles them.

mod attempt;
mod metrics;
mod settle;
#[cfg(feature = "tracing")]
mod span;

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use self::metrics::Stats;
pub use self::metrics::{TaskOutcomes, WorkerMetrics};
use super::engine::{Consume, Deliveries, Delivery, Engine};
use super::names::QueueName;
use super::task;
use crate::call::Timer;
use crate::error::Error;
use crate::error::remote::{NameKind, RemoteError};
use crate::group::TaskGroup;
use crate::pool::BlockingPool;
use crate::process;

/// The pause after the first pull that failed; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Runs the remote functions of this program.
///
/// Every function marked `#[sync_to_async(remote)]` that is linked into the program can run, and no
/// other. A program that does not use the crate with the functions otherwise names it: `use
/// my_tasks as _;`.
///
/// # What happens to a task
///
/// | the function | the caller gets | the task is |
/// | --- | --- | --- |
/// | returns, a value or an error | that | done |
/// | panics, or has arguments or a result that cannot be decoded or encoded | [`Error::Process`] | done |
/// | crashes its worker process, or exceeds its time-out | [`Dead`](RemoteError::Dead), after the last attempt | repeated after a back-off, then a dead letter |
/// | runs when its whole worker dies | as above | repeated when the lease ends |
/// | is unknown to this program | [`UnknownTask`](RemoteError::UnknownTask) | given to another worker once, then a dead letter |
/// | is still queued at its deadline | [`Expired`](RemoteError::Expired) | done, and never runs |
///
/// An attempt that fails is repeated `retries` times. A worker that dies cannot say so: its task is
/// delivered again `retries` times, and at least once.
///
/// # Examples
///
/// ```no_run
/// use asyncify_runtime::remote::{Local, Worker};
/// use asyncify_runtime::{Error, process};
///
/// # async fn serve(stop: impl Future<Output = ()>) -> Result<(), Error> {
/// let pool = process::Pool::builder().max_workers(4).memory_limit(256 << 20).build()?;
/// let worker = Worker::new(Local::new()).queues(["images"]).concurrency(4).in_processes(pool);
/// worker.serve_until(stop).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a worker does nothing until `serve`"]
pub struct Worker {
    engine: Arc<dyn Engine>,
    name: String,
    queues: Vec<String>,
    concurrency: usize,
    place: Place,
    stats: Arc<Stats>,
}

/// Where functions run.
#[derive(Clone)]
enum Place {
    Threads(Option<BlockingPool>),
    Processes(process::Pool),
}

impl Worker {
    /// A worker of the queue `default`, for one task at a time, on the global pool of threads.
    pub fn new(engine: impl Engine) -> Self {
        Self {
            engine: Arc::new(engine),
            name: format!("worker-{}", std::process::id()),
            queues: vec!["default".to_owned()],
            concurrency: 1,
            place: Place::Threads(None),
            stats: Arc::default(),
        }
    }

    /// Sets the name of the worker, for reports of the engine. Default: `worker-` and the process
    /// id.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the queues that tasks are taken from, which have turns. Default: `default`.
    pub fn queues<Q: Into<String>>(mut self, queues: impl IntoIterator<Item = Q>) -> Self {
        self.queues = queues.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how many tasks run at a time, at least one. Default: 1.
    pub fn concurrency(mut self, tasks: usize) -> Self {
        self.concurrency = tasks.max(1);
        self
    }

    /// Runs the functions on threads of this pool. A function that is cancelled or times out
    /// continues to its end, as threads cannot be stopped; it can check
    /// [`is_cancelled`](crate::is_cancelled).
    pub fn in_threads(mut self, pool: &BlockingPool) -> Self {
        self.place = Place::Threads(Some(pool.clone()));
        self
    }

    /// Runs the functions in worker processes of this pool: a crash, a hang or an excess of memory
    /// is one task's, and a function that is cancelled or times out is killed.
    pub fn in_processes(mut self, pool: process::Pool) -> Self {
        self.place = Place::Processes(pool);
        self
    }

    /// A snapshot of what the worker, and its clones, do and have done.
    #[must_use]
    pub fn metrics(&self) -> WorkerMetrics {
        self.stats.snapshot()
    }

    /// Returns a function that reads the metrics, until the worker and its clones are dropped.
    #[cfg(feature = "metrics")]
    pub(crate) fn metrics_reader(
        &self,
    ) -> impl Fn() -> Option<WorkerMetrics> + Send + Sync + use<> {
        let stats = Arc::downgrade(&self.stats);
        move || Some(stats.upgrade()?.snapshot())
    }

    /// Takes tasks and runs them, until the future is dropped.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, tasks that run are delivered again to another worker. To finish
    /// them first, use [`serve_until`](Self::serve_until).
    ///
    /// # Errors
    ///
    /// [`SameName`](RemoteError::SameName) if two functions of the program have one name,
    /// [`Name`](RemoteError::Name) for a queue that cannot be one, and errors of the engine that do
    /// not pass: [`Denied`](RemoteError::Denied) and [`Layout`](RemoteError::Layout). While the
    /// engine cannot be reached the worker tries again.
    pub async fn serve(&self) -> Result<(), Error> {
        self.serve_until(std::future::pending()).await
    }

    /// Takes tasks and runs them until `shutdown` completes. Then it takes no more, gives back what
    /// it has not begun, and finishes what it has.
    ///
    /// # Cancel safety
    ///
    /// As [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// As [`serve`](Self::serve); what runs is finished first.
    pub async fn serve_until(&self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let queues: Result<Vec<_>, _> = self.queues.iter().map(QueueName::new).collect();
        let queues = queues?;
        if queues.is_empty() {
            return Err(
                RemoteError::name(NameKind::Queue, "", "a worker needs at least one").into()
            );
        }
        task::registry()?;
        let options = Consume { worker: self.name.clone(), queues, concurrency: self.concurrency };
        let deliveries = self.engine.consume(options).await?;
        self.pull_until(deliveries, shutdown).await
    }

    /// Serves until `future` completes, then shuts down, and returns its output: for tests and
    /// programs that are caller and worker in one.
    ///
    /// # Cancel safety
    ///
    /// As [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// As [`serve`](Self::serve). If the worker cannot serve, `future` is dropped.
    pub async fn serve_until_done<F: IntoFuture>(&self, future: F) -> Result<F::Output, Error> {
        let mut output = None;
        let shutdown = async {
            output = Some(future.into_future().await);
        };
        self.serve_until(shutdown).await?;
        Ok(output.expect("the worker ends after it without an error"))
    }

    async fn pull_until(
        &self,
        mut deliveries: Box<dyn Deliveries>,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let mut shutdown = pin!(shutdown);
        let mut running = TaskGroup::<()>::new();
        let mut pause: Option<Timer> = None;
        let mut next_pause = FIRST_PAUSE;
        let result = loop {
            let event = {
                let has_room = running.len() < self.concurrency && pause.is_none();
                let mut next = has_room.then(|| deliveries.next());
                poll_fn(|cx| {
                    if shutdown.as_mut().poll(cx).is_ready() {
                        return Poll::Ready(Event::Shutdown);
                    }
                    // Every child that has ended makes room; one that has panicked gives its task
                    // back.
                    if let Poll::Ready(Some(_)) = running.poll_join_next(cx) {
                        return Poll::Ready(Event::Ended);
                    }
                    if pause.as_mut().is_some_and(|pause| pause.poll(cx).is_ready()) {
                        return Poll::Ready(Event::Rested);
                    }
                    let Some(next) = &mut next else { return Poll::Pending };
                    next.as_mut().poll(cx).map(Event::Pulled)
                })
                .await
            };
            match event {
                Event::Shutdown => break Ok(()),
                Event::Ended => {}
                Event::Rested => pause = None,
                Event::Pulled(Ok(delivery)) => {
                    next_pause = FIRST_PAUSE;
                    running.spawn_future(self.clone().run(delivery));
                }
                Event::Pulled(Err(
                    error @ Error::Remote(RemoteError::Denied { .. } | RemoteError::Layout { .. }),
                )) => break Err(error),
                Event::Pulled(Err(error)) => {
                    self.stats.count_pull_error(&error);
                    pause = Some(Timer::new(next_pause));
                    next_pause = (next_pause * 2).min(MAX_PAUSE);
                }
            }
        };
        let stats = self.stats.clone();
        let closed = deliveries.close();
        running.spawn_future(async move {
            if let Err(error) = closed.await {
                stats.count_pull_error(&error);
            }
        });
        while running.join_next().await.is_some() {}
        result
    }

    async fn run(self, delivery: Box<dyn Delivery>) {
        attempt::run(&self, Arc::from(delivery)).await;
    }
}

enum Event {
    Shutdown,
    Ended,
    Rested,
    Pulled(Result<Box<dyn Delivery>, Error>),
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("name", &self.name)
            .field("queues", &self.queues)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
