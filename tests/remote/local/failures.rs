//! What goes wrong in a function and in a worker.

use std::path::Path;
use std::process::abort;
use std::time::Duration;

use asyncify_runtime::process::{OomHint, ProcessError};
use asyncify_runtime::remote::{self, Engine, Envelope, RemoteError};
use asyncify_runtime::{Error, sync_to_async};

use crate::tasks::{Runs, count};
use crate::{engine, in_processes, on_threads};

#[sync_to_async(remote(name = "panics.v1", queue = "panics"))]
fn panics(runs: &Path) -> Result<u64, Error> {
    panic!("run {} has panicked", count(runs));
}

#[tokio::test]
async fn a_panic_is_an_error_and_not_repeated() {
    let panicked = async || {
        let runs = Runs::new();
        let error = panics(runs.path()).await.unwrap_err();
        let Error::Process(ProcessError::Panicked(panic)) = &error else { panic!("{error}") };
        assert_eq!(panic.message.as_deref(), Some("run 1 has panicked"));
        assert_eq!(runs.count(), 1);
    };
    let metrics = on_threads("panics", panicked()).await;
    assert_eq!((metrics.done.panicked, metrics.done.total()), (1, 1));
    in_processes("panics", panicked()).await;
}

#[sync_to_async(remote(name = "crashes.v1", queue = "crashes", retries = 2, backoff = "1ms"))]
fn crashes(runs: &Path, until: u64) -> Result<u64, Error> {
    match count(runs) {
        run if run < until => abort(),
        run => Ok(run),
    }
}

#[tokio::test]
async fn a_crash_is_repeated_until_it_passes_or_is_a_dead_letter() {
    let (passes, dies) = (Runs::new(), Runs::new());
    let calls = async {
        assert_eq!(crashes(passes.path(), 3).await, Ok(3));
        let error = crashes(dies.path(), 99).id("dies").await.unwrap_err();
        let Error::Remote(RemoteError::Dead { task, attempts, cause, .. }) = &error else {
            panic!("{error}")
        };
        assert_eq!((task.as_str(), *attempts), ("crashes.v1", 3));
        let cause = cause.as_deref().expect("the worker has told");
        let Error::Process(ProcessError::Crashed(crash)) = cause else { panic!("{cause}") };
        assert_eq!(crash.signal, Some(6));
        assert!(error.to_string().contains("signal 6"), "{error}");
        assert_eq!(dies.count(), 3);
        // The letter can be looked at, and replayed when the cause is gone.
        let letters = engine().dead_letters();
        let letter = letters.iter().find(|letter| letter.envelope.id.as_str() == "dies");
        let letter = letter.expect("it is kept");
        assert_eq!((&letter.error, letter.attempts), (&error, 3));
        count(dies.path());
        for _ in 4..98 {
            count(dies.path());
        }
        engine().replay(&letter.envelope.id).expect("it is there");
        assert_eq!(remote::result::<Result<u64, Error>>("dies").await, Ok(99));
    };
    let metrics = in_processes("crashes", calls).await;
    assert_eq!((metrics.dead, metrics.done.crashed, metrics.done.completed), (1, 1, 2));
    assert_eq!(metrics.retried, 4);
}

#[sync_to_async(remote(
    name = "hangs.v1",
    queue = "hangs",
    timeout = "50ms",
    retries = 1,
    backoff = "1ms"
))]
fn hangs(runs: &Path) -> Result<(), Error> {
    count(runs);
    loop {
        std::thread::park();
    }
}

#[tokio::test]
async fn a_task_that_hangs_is_killed_at_its_timeout() {
    let runs = Runs::new();
    let calls = async {
        let error = hangs(runs.path()).await.unwrap_err();
        let Error::Remote(RemoteError::Dead { attempts: 2, cause: Some(cause), .. }) = &error
        else {
            panic!("{error}")
        };
        let Error::Remote(RemoteError::TimedOut { after, .. }) = **cause else { panic!("{cause}") };
        assert!(after >= Duration::from_millis(50), "{after:?}");
    };
    let metrics = in_processes("hangs", calls).await;
    assert_eq!((metrics.done.timed_out, metrics.retried, metrics.dead), (1, 1, 1));
    assert_eq!(runs.count(), 2);
}

#[sync_to_async(remote(name = "eats.v1", queue = "eats", retries = 0))]
fn eats() -> Result<usize, Error> {
    let mut eaten = Vec::<Vec<u8>>::new();
    loop {
        eaten.push(vec![1; 16 << 20]);
    }
}

#[tokio::test]
async fn memory_is_one_tasks() {
    let calls = async {
        let error = eats().await.unwrap_err();
        let Error::Remote(RemoteError::Dead { attempts: 1, cause: Some(cause), .. }) = &error
        else {
            panic!("{error}")
        };
        let Error::Process(ProcessError::Crashed(crash)) = &**cause else { panic!("{cause}") };
        assert_eq!(crash.oom, OomHint::LimitLikely);
    };
    in_processes("eats", calls).await;
}

#[sync_to_async(remote(name = "once_only.v1", queue = "once_only", at_most_once))]
fn once_only(runs: &Path) -> Result<(), Error> {
    count(runs);
    abort()
}

#[tokio::test]
async fn at_most_once_is_not_repeated() {
    let runs = Runs::new();
    let calls = async {
        let error = once_only(runs.path()).await.unwrap_err();
        assert!(matches!(error, Error::Process(ProcessError::Crashed(_))), "{error}");
    };
    let metrics = in_processes("once_only", calls).await;
    assert_eq!((metrics.retried, metrics.dead, metrics.done.crashed), (0, 0, 1));
    assert_eq!(runs.count(), 1);
}

#[tokio::test]
async fn an_unknown_task_is_given_to_another_worker_and_then_a_dead_letter() {
    let (task, queue) = ("nowhere.v1".parse().unwrap(), "unknown".parse().unwrap());
    let task = Envelope::new("unknown-1".parse().unwrap(), task, queue, Vec::new());
    let calls = async {
        let outcome = engine().call(task).await.expect("it has an outcome");
        let error = outcome.result::<Result<(), Error>>().unwrap_err();
        let Error::Remote(RemoteError::UnknownTask { task, .. }) = &error else {
            panic!("{error}")
        };
        assert_eq!(task, "nowhere.v1");
        let letters = engine().dead_letters();
        assert!(letters.iter().any(|letter| letter.envelope.id.as_str() == "unknown-1"));
    };
    let metrics = on_threads("unknown", calls).await;
    assert_eq!((metrics.retried, metrics.dead, metrics.done.unknown), (1, 1, 1));
}
