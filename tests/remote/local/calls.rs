//! What callers do: results, errors, ids, timeouts, cancellation.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use asyncify_runtime::remote::{self, Engine, Envelope, RemoteError, Submitted};
use asyncify_runtime::{Error, is_cancelled, sync_to_async};
use serde::{Deserialize, Serialize};

use crate::tasks::{Refused, Runs, count, until};
use crate::{engine, in_processes, on_threads};

#[sync_to_async(remote(name = "half.v1", queue = "half"))]
fn half(number: u64, unit: &str) -> Result<String, Refused> {
    if number % 2 == 1 {
        return Err(Refused::Odd(number));
    }
    Ok(format!("{}{unit}", number / 2))
}

#[tokio::test]
async fn results_and_errors_come_back() {
    let unit = String::from("m");
    let calls = async {
        assert_eq!(half(4, &unit).await, Ok("2m".to_owned()));
        assert_eq!(half(5, &unit).await, Err(Refused::Odd(5)));
    };
    let metrics = on_threads("half", calls).await;
    assert_eq!((metrics.done.completed, metrics.done.total()), (2, 2));
    // The arguments are encoded at the call: the future borrows nothing.
    let call = half(8, &unit);
    drop(unit);
    let calls = async move {
        assert_eq!(call.await, Ok("4m".to_owned()));
        assert_eq!(half(5, "m").await, Err(Refused::Odd(5)));
    };
    let metrics = in_processes("half", calls).await;
    assert_eq!((metrics.done.completed, metrics.retried), (2, 0));
}

#[sync_to_async(remote(name = "fast.v1", queue = "fast", codec = "postcard"))]
fn fast(unit: Option<()>) -> Result<Option<()>, Error> {
    Ok(unit)
}

#[tokio::test]
async fn another_codec_goes_both_ways() {
    // `MessagePack` would return `None`.
    on_threads("fast", async { assert_eq!(fast(Some(())).await, Ok(Some(()))) }).await;
    in_processes("fast", async { assert_eq!(fast(Some(())).await, Ok(Some(()))) }).await;
}

#[sync_to_async(remote(name = "once.v1", queue = "once"))]
fn once(runs: &Path) -> Result<u64, Error> {
    Ok(count(runs))
}

#[tokio::test]
async fn two_calls_with_one_id_run_once() {
    let runs = Runs::new();
    engine();
    let first = once(runs.path()).id("once-1").submit().await.expect("it is new");
    let calls = async {
        let both = [once(runs.path()).id("once-1"), once(runs.path()).id("once-1")];
        assert_eq!(futures::future::join_all(both).await, [Ok(1), Ok(1)]);
        // Also when it is done, and for one who has only the id.
        assert_eq!(once(runs.path()).id("once-1").await, Ok(1));
        assert_eq!(remote::result::<Result<u64, Error>>(&first).await, Ok(1));
        assert_eq!(remote::result::<Result<u64, Error>>("once-1").await, Ok(1));
    };
    on_threads("once", calls).await;
    assert_eq!(runs.count(), 1);
}

#[tokio::test]
async fn an_id_is_checked() {
    engine();
    for id in ["", "a.b", "a b", "*", ">", &"i".repeat(129)] {
        let error = once(Path::new("never")).id(id).await;
        assert!(matches!(error, Err(Error::Remote(RemoteError::Name { .. }))), "{error:?}");
        let error = once(Path::new("never")).id(id).submit().await;
        assert!(matches!(error, Err(Error::Remote(RemoteError::Name { .. }))), "{error:?}");
        let error = remote::result::<Result<u64, Error>>(id).await;
        assert!(matches!(error, Err(Error::Remote(RemoteError::Name { .. }))), "{error:?}");
    }
}

#[sync_to_async(remote(name = "large.v1", queue = "large"))]
fn large(argument: &[u8], result: usize) -> Result<String, Error> {
    Ok("x".repeat(argument.len() + result))
}

#[tokio::test]
async fn what_the_engine_cannot_store_is_an_error_for_the_caller() {
    let calls = async {
        let error = large(&vec![1; 2 << 20], 0).await.unwrap_err();
        assert!(matches!(error, Error::Remote(RemoteError::TooLarge { .. })), "{error}");
        assert!(error.to_string().starts_with("a task of"), "{error}");
        let error = large(&[], 2 << 20).await.unwrap_err();
        assert!(matches!(error, Error::Remote(RemoteError::TooLarge { .. })), "{error}");
        assert!(error.to_string().starts_with("a result of"), "{error}");
        assert_eq!(large(&[1; 10], 10).await.map(|text| text.len()), Ok(20));
    };
    let metrics = on_threads("large", calls).await;
    assert_eq!((metrics.done.failed, metrics.done.completed), (1, 1));
}

#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
    #[serde(default)]
    age: Option<u32>,
}

#[sync_to_async(remote(name = "describe.v1", queue = "describe"))]
fn describe(person: &Person) -> Result<String, Error> {
    Ok(format!("{}, {:?}", person.name, person.age))
}

#[tokio::test]
async fn older_and_newer_callers_are_understood() {
    #[derive(Serialize)]
    struct Older {
        name: &'static str,
    }
    #[derive(Serialize)]
    struct Newer {
        name: &'static str,
        age: u32,
        email: &'static str,
    }
    async fn of_other_version(id: &str, person: impl Serialize) -> Result<String, Error> {
        let arguments = rmp_serde::to_vec_named(&person).expect("plain fields");
        let (task, queue) = ("describe.v1".parse()?, "describe".parse()?);
        let outcome = engine().call(Envelope::new(id.parse()?, task, queue, arguments)).await?;
        outcome.result()
    }
    let calls = async {
        let own = Person { name: "Ada".to_owned(), age: Some(36) };
        assert_eq!(describe(&own).await.unwrap(), "Ada, Some(36)");
        let older = of_other_version("older", Older { name: "Ada" }).await;
        assert_eq!(older.unwrap(), "Ada, None");
        let newer = Newer { name: "Ada", age: 36, email: "ada@example.org" };
        assert_eq!(of_other_version("newer", newer).await.unwrap(), "Ada, Some(36)");
        // And what cannot be read is an error, not a wrong value.
        let error = of_other_version("wrong", "Ada").await.unwrap_err();
        assert!(error.to_string().starts_with("the arguments cannot be decoded"), "{error}");
    };
    on_threads("describe", calls).await;
}

static STARTED: AtomicU64 = AtomicU64::new(0);
static CANCELLED: AtomicU64 = AtomicU64::new(0);

/// Ends only when it is cancelled.
#[sync_to_async(remote(name = "watched.v1", queue = "watched"))]
fn watched() -> Result<(), Error> {
    STARTED.fetch_add(1, Ordering::SeqCst);
    let started = std::time::Instant::now();
    while !is_cancelled() {
        assert!(started.elapsed() < asyncify_tests::FOREVER, "it is not cancelled");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    CANCELLED.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

#[tokio::test]
async fn a_task_on_a_thread_is_told_that_its_caller_is_gone() {
    let calls = async {
        let mut call = Box::pin(watched());
        assert!(futures::poll!(&mut call).is_pending());
        until("it runs", || STARTED.load(Ordering::SeqCst) == 1).await;
        drop(call);
        until("it is cancelled", || CANCELLED.load(Ordering::SeqCst) == 1).await;
        // By its id, from anywhere.
        let id = watched().submit().await.expect("it is new");
        until("it runs", || STARTED.load(Ordering::SeqCst) == 2).await;
        remote::cancel(&id).await.expect("the engine is there");
        assert_eq!(remote::result::<Result<(), Error>>(&id).await, Err(Error::Cancelled));
        until("it is cancelled", || CANCELLED.load(Ordering::SeqCst) == 2).await;
    };
    let metrics = on_threads("watched", calls).await;
    assert_eq!((metrics.done.cancelled, metrics.done.total()), (2, 2));
}

/// Never ends.
#[sync_to_async(remote(name = "stuck.v1", queue = "stuck"))]
fn stuck(runs: &Path) -> Result<(), Error> {
    count(runs);
    loop {
        std::thread::park();
    }
}

#[tokio::test]
async fn a_task_in_a_process_is_killed_when_its_caller_is_gone() {
    let (first, second) = (Runs::new(), Runs::new());
    let calls = async {
        let mut call = Box::pin(stuck(first.path()));
        assert!(futures::poll!(&mut call).is_pending());
        until("it runs", || first.count() == 1).await;
        drop(call);
        // After its time the call as a whole is over, and the task with it.
        let started = std::time::Instant::now();
        let call = stuck(second.path()).timeout(Duration::from_millis(300)).await;
        assert!(matches!(call, Err(Error::Remote(RemoteError::TimedOut { .. }))), "{call:?}");
        assert!(started.elapsed() >= Duration::from_millis(300));
    };
    // The worker waits for what it runs: it would never end.
    let metrics = in_processes("stuck", calls).await;
    assert_eq!(metrics.done.completed + metrics.retried + metrics.dead, 0, "{metrics:?}");
}

#[sync_to_async(remote(name = "queued.v1", queue = "queued", on_drop = "detach"))]
fn queued(runs: &Path) -> Result<u64, Error> {
    Ok(count(runs))
}

#[sync_to_async(remote(name = "dropped.v1", queue = "queued"))]
fn dropped(runs: &Path) -> Result<u64, Error> {
    Ok(count(runs))
}

#[tokio::test]
async fn a_dropped_call_in_a_queue_never_runs_unless_it_is_detached() {
    engine();
    let (runs, detached) = (Runs::new(), Runs::new());
    let mut calls = [Box::pin(dropped(runs.path())), Box::pin(queued(detached.path()))];
    for call in &mut calls {
        assert!(futures::poll!(call).is_pending());
    }
    drop(calls);
    // Dropped before it is polled: it was never submitted.
    drop(queued(runs.path()));
    let rest = async { until("it has run", || detached.count() == 1).await };
    let metrics = on_threads("queued", rest).await;
    assert_eq!((runs.count(), detached.count(), metrics.delivered), (0, 1, 1));
}

#[sync_to_async(remote(name = "late.v1", queue = "late"))]
fn late(runs: &Path) -> Result<u64, Error> {
    Ok(count(runs))
}

#[tokio::test]
async fn a_task_whose_deadline_passes_in_the_queue_never_runs() {
    engine();
    let runs = Runs::new();
    let late = late(runs.path()).id("late").timeout(Duration::from_millis(1));
    let late = late.submit().await.expect("it is new");
    tokio::time::sleep(Duration::from_millis(5)).await;
    let calls = async {
        let expired = remote::result::<Result<u64, Error>>(&late).await;
        let Err(Error::Remote(RemoteError::Expired { task, .. })) = expired else {
            panic!("{expired:?}")
        };
        assert_eq!(task, "late.v1");
    };
    on_threads("late", calls).await;
    assert_eq!(runs.count(), 0);
}

#[sync_to_async(remote(name = "withdrawn.v1", queue = "withdrawn"))]
fn withdrawn(runs: &Path) -> Result<u64, Error> {
    Ok(count(runs))
}

#[tokio::test]
async fn a_call_that_waits_too_long_in_the_queue_is_withdrawn() {
    engine();
    let runs = Runs::new();
    let call = withdrawn(runs.path()).timeout(Duration::from_millis(1)).await;
    assert!(matches!(call, Err(Error::Remote(RemoteError::TimedOut { .. }))), "{call:?}");
    assert_eq!(engine().submit(unused()).await, Ok(Submitted::New));
    let rest = async {
        remote::result::<Result<u64, Error>>("unused").await.expect_err("it takes a path");
    };
    let metrics = on_threads("withdrawn", rest).await;
    assert_eq!((runs.count(), metrics.delivered), (0, 1));
}

/// A task behind all that are in the queue.
fn unused() -> Envelope {
    let (id, task) = ("unused".parse().expect("an id"), "withdrawn.v1".parse().expect("a name"));
    Envelope::new(id, task, "withdrawn".parse().expect("a name"), Vec::new())
}
