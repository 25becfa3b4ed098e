//! Workers that run remote tasks.

use std::path::Path;

use asyncify_runtime::observe::Registry;
use asyncify_runtime::remote::{self, Local, Worker};
use asyncify_runtime::{BlockingPool, Error, sync_to_async};

use crate::{Latch, record, rows, until, wait_for};

#[sync_to_async(remote(name = "wait.v1", queue = "observed"))]
fn wait(latch: &Path) -> Result<(), Error> {
    wait_for(latch);
    Ok(())
}

#[sync_to_async(remote(name = "panics.v1", queue = "observed"))]
fn panics() -> Result<(), Error> {
    panic!("on purpose")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remote_worker_is_published_while_it_works() {
    let engine = Local::new();
    remote::install(engine.clone()).expect("the only engine");
    let pool = BlockingPool::builder().build().unwrap();
    let worker = Worker::new(engine).queues(["observed"]).concurrency(2).in_threads(&pool);
    let registry = Registry::new();
    registry.remote_worker("tasks", &worker);
    let label = ("worker.name".to_owned(), "tasks".to_owned());
    assert!(rows(&registry).iter().all(|row| row.labels[0] == label));

    let latch = Latch::new();
    let calls = async {
        let path = latch.path().to_owned();
        let waiting = tokio::spawn(async move { wait(&path).await });
        let observed = registry.clone();
        let running = move || record(&observed).get("remote_worker.task.running");
        // On another thread, as this one runs the worker.
        let runs = tokio::task::spawn_blocking(move || until("it runs", || running() >= 1.0));
        runs.await.unwrap();
        latch.open();
        waiting.await.unwrap().unwrap();
        panics().await.unwrap_err();
    };
    worker.serve_until_done(calls).await.expect("the worker serves");
    let recorded = record(&registry);
    recorded.assert(
        "remote_worker.task.",
        [
            ("running", 0),
            ("delivered", 2),
            ("ended{outcome=completed}", 1),
            ("ended{outcome=panicked}", 1),
            ("ended{outcome=crashed}", 0),
            ("retried", 0),
            ("dead", 0),
            ("lost", 0),
        ],
    );
    recorded.assert("remote_worker.", [("pull_errors", 0)]);
    assert!(recorded.get("remote_worker.task.total_run_time") > 0.0);

    drop(worker);
    record(&registry);
    assert!(rows(&registry).is_empty());
}
