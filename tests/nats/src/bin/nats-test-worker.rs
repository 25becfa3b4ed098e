//! A worker: `nats-test-worker URL CONCURRENCY threads|processes QUEUE..`, until SIGTERM.

use std::time::Duration;

use asyncify_nats::Nats;
// Its functions.
use asyncify_nats_tests::trace::traceparent;
use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Worker};
use asyncify_runtime::{BlockingPool, Error};
use tokio::signal::unix::{SignalKind, signal};

#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, concurrency, place, queues @ ..] = &arguments[..] else {
        panic!("URL CONCURRENCY threads|processes QUEUE..")
    };
    let concurrency = concurrency.parse().expect("a number");
    let mut stop = signal(SignalKind::terminate()).expect("a signal handler");
    remote::install_carrier(traceparent())?;
    let engine = Nats::builder(url.as_str()).lease(Duration::from_secs(3)).connect().await?;
    let worker = Worker::new(engine).queues(queues).concurrency(concurrency);
    let worker = if place == "processes" {
        let pool = Pool::builder().name("tasks").max_workers(concurrency).memory_limit(256 << 20);
        worker.in_processes(pool.carrier(traceparent()).build()?)
    } else {
        let pool = BlockingPool::builder().max_threads(concurrency).build().expect("a pool");
        worker.in_threads(&pool)
    };
    let stopped = async {
        stop.recv().await;
    };
    worker.serve_until(stopped).await
}
