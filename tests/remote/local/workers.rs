//! What workers do: shutdown, concurrency, queues, poison.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{Deliveries, Engine, Local, RemoteError, Worker};
use asyncify_runtime::{BlockingPool, Error, Shutdown, sync_to_async};
use asyncify_tests::FOREVER;
use futures::future::join_all;
use tokio::sync::oneshot;

use crate::tasks::{Runs, count, until};
use crate::{engine, on_threads};

static LIMITED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[sync_to_async(remote(name = "limited.v1", queue = "limited"))]
fn limited() -> Result<(), Error> {
    let running = LIMITED.fetch_add(1, Ordering::SeqCst) + 1;
    MOST.fetch_max(running, Ordering::SeqCst);
    // Meets the others, if there are any.
    let started = std::time::Instant::now();
    while MOST.load(Ordering::SeqCst) < 4 && started.elapsed() < FOREVER {
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    LIMITED.fetch_sub(1, Ordering::SeqCst);
    Ok(())
}

#[tokio::test]
async fn as_many_tasks_run_as_the_worker_says() {
    let calls = async {
        let all = join_all((0..20).map(|_| limited())).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
    };
    let metrics = on_threads("limited", calls).await;
    assert_eq!((MOST.load(Ordering::SeqCst), metrics.done.completed), (4, 20));
    assert!(!metrics.total_run_time.is_zero());
}

#[sync_to_async(remote(name = "slow.v1", queue = "slow"))]
fn slow(runs: &Path, go_on: &Path) -> Result<(), Error> {
    count(runs);
    let started = std::time::Instant::now();
    while !go_on.exists() && started.elapsed() < FOREVER {
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_finishes_what_runs_and_leaves_what_is_queued() {
    let (runs, gate, engine) = (Runs::new(), Runs::new(), engine());
    let mut ids = Vec::new();
    for _ in 0..120 {
        ids.push(slow(runs.path(), gate.path()).submit().await.expect("it is new"));
    }
    let pool = BlockingPool::builder().name("slow").max_threads(100).build().unwrap();
    let worker = Worker::new(engine.clone()).queues(["slow"]).concurrency(100).in_threads(&pool);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn({
        let worker = worker.clone();
        async move { worker.serve_until(async { stopped.await.unwrap() }).await }
    });
    until("100 tasks run", || runs.count() == 100).await;
    assert_eq!(worker.metrics().running, 100);
    stop.send(()).unwrap();
    count(gate.path());
    serving.await.expect("it does not panic").expect("it has served");
    let metrics = worker.metrics();
    assert_eq!((metrics.delivered, metrics.done.completed, metrics.running), (100, 100, 0));
    // The others are still there, for the next worker.
    let next = Worker::new(engine.clone()).queues(["slow"]).concurrency(20);
    let rest = next.serve_until_done(until("all have run", || runs.count() == 120)).await;
    rest.expect("it has served");
    for id in ids {
        let result = asyncify_runtime::remote::result::<Result<(), Error>>(&id).await;
        assert_eq!(result, Ok(()));
    }
    pool.shutdown(Shutdown::Drain).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dropped_worker_runs_is_delivered_again() {
    let (runs, gate) = (Runs::new(), Runs::new());
    let id = again(runs.path(), gate.path()).id("again").submit().await.expect("it is new");
    let pool =
        Pool::builder().name("again").max_workers(1).build().expect("there is a worker test");
    let worker = Worker::new(engine().clone()).queues(["again"]).in_processes(pool);
    let serving = tokio::spawn(async move { worker.serve().await });
    until("it runs", || runs.count() == 1).await;
    serving.abort();
    assert!(serving.await.is_err_and(|error| error.is_cancelled()));
    count(gate.path());
    let next = Worker::new(engine().clone()).queues(["again"]);
    let result = asyncify_runtime::remote::result::<Result<u64, Error>>(&id);
    assert_eq!(next.serve_until_done(result).await, Ok(Ok(2)));
}

#[sync_to_async(remote(name = "again.v1", queue = "again"))]
fn again(runs: &Path, go_on: &Path) -> Result<u64, Error> {
    let run = count(runs);
    let started = std::time::Instant::now();
    while !go_on.exists() && started.elapsed() < FOREVER {
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    Ok(run)
}

#[sync_to_async(remote(name = "poison.v1", queue = "poison", retries = 3))]
fn poison() -> Result<(), Error> {
    unreachable!("its workers die before it runs")
}

#[tokio::test]
async fn a_task_whose_workers_die_is_a_dead_letter_after_its_retries() {
    let engine = engine();
    let id = poison().id("poison").submit().await.expect("it is new");
    let options = asyncify_runtime::remote::Consume {
        worker: "dies".to_owned(),
        queues: vec!["poison".parse().unwrap()],
        concurrency: 1,
    };
    let mut dies: Box<dyn Deliveries> = engine.consume(options).await.unwrap();
    for attempt in 1..=4 {
        assert_eq!(dies.next().await.unwrap().attempt(), attempt);
    }
    let calls = async {
        let error = asyncify_runtime::remote::result::<Result<(), Error>>(&id).await.unwrap_err();
        let Error::Remote(RemoteError::Dead { attempts: 4, cause: None, .. }) = &error else {
            panic!("{error}")
        };
    };
    let metrics = on_threads("poison", calls).await;
    assert_eq!((metrics.dead, metrics.done.crashed), (1, 1));
    assert!(engine.dead_letters().iter().any(|letter| letter.envelope.id == id));
}

#[tokio::test]
async fn a_worker_checks_its_queues() {
    for queues in [&["a.b"][..], &["*"], &[]] {
        let served = Worker::new(Local::new()).queues(queues.iter().copied()).serve().await;
        assert!(matches!(served, Err(Error::Remote(RemoteError::Name { .. }))), "{served:?}");
    }
}

#[test]
fn no_runtime_is_needed() {
    let calls = async { assert_eq!(plain(20).await, Ok(21)) };
    let metrics = futures::executor::block_on(on_threads("plain", calls));
    assert_eq!(metrics.done.completed, 1);
}

#[sync_to_async(remote(name = "plain.v1", queue = "plain"))]
fn plain(number: u64) -> Result<u64, Error> {
    Ok(number + 1)
}
