//! Remote tasks on the embedded engine: what functions do, what callers do, and what workers do, on
//! threads and in real worker processes.

mod calls;
mod context;
mod drops;
mod failures;
mod tasks;
mod workers;

use std::sync::LazyLock;

use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Local, Worker, WorkerMetrics};

asyncify_runtime::worker_test!();

static ENGINE: LazyLock<Local> = LazyLock::new(|| {
    let engine = Local::builder().max_task(1 << 20).max_outcome(1 << 20).build();
    remote::install(engine.clone()).expect("the only one");
    engine
});

/// The engine of all tests, installed at the first call; each test has a queue of its own.
fn engine() -> &'static Local {
    &ENGINE
}

/// Runs `test` beside a worker of `queue` on threads, and returns the statistics of the worker.
async fn on_threads(queue: &str, test: impl Future<Output = ()>) -> WorkerMetrics {
    beside(Worker::new(engine().clone()).queues([queue]).concurrency(4), test).await
}

/// The same in worker processes.
async fn in_processes(queue: &str, test: impl Future<Output = ()>) -> WorkerMetrics {
    let pool = Pool::builder().name(queue).max_workers(2).memory_limit(256 << 20).build();
    let worker = Worker::new(engine().clone()).queues([queue]).concurrency(2);
    beside(worker.in_processes(pool.expect("there is a worker test")), test).await
}

async fn beside(worker: Worker, test: impl Future<Output = ()>) -> WorkerMetrics {
    worker.serve_until_done(test).await.expect("the worker serves");
    let metrics = worker.metrics();
    assert_eq!(metrics.running, 0, "{metrics:?}");
    let ended = metrics.done.total() + metrics.retried + metrics.lost;
    assert_eq!(metrics.delivered, ended, "{metrics:?}");
    metrics
}
