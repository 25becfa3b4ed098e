//! Calls that are cancelled or time out.

use std::time::{Duration, Instant};

use asyncify_process_tests::outside::{ended, runs};
use asyncify_process_tests::tasks;
use asyncify_runtime::process::ProcessError;
use asyncify_runtime::{Error, Shutdown};
use futures::future::FutureExt;

use crate::{Pipe, Scratch, balanced, cases, finish, one};

cases![
    a_call_that_runs_too_long_is_killed,
    a_time_out_is_reported_after_the_worker_has_ended,
    a_dropped_call_is_killed,
    a_dropped_call_that_waits_never_runs,
    a_call_that_is_not_polled_never_runs,
    a_call_that_ends_in_the_grace_period_keeps_its_worker,
    a_call_that_outlasts_the_grace_period_is_killed,
    children_are_killed_with_their_call,
    a_discarded_pool_kills_running_calls,
];

async fn a_call_that_runs_too_long_is_killed() {
    let timeout = Duration::from_secs(1);
    let pool = one().timeout(timeout).build().unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let began = Instant::now();
    let error = tasks::spin(&pool).await.unwrap_err();
    let late = began.elapsed().saturating_sub(timeout);
    let Error::Process(ProcessError::TimedOut { task, after, .. }) = error else {
        panic!("{error}")
    };
    assert!(task.ends_with("tasks::spin"), "{task}");
    assert!(after >= timeout);
    assert!(late < Duration::from_secs(10), "{late:?}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let metrics = finish(pool).await;
    assert_eq!((metrics.ended.timed_out, metrics.calls.timed_out), (1, 1));
}

async fn a_time_out_is_reported_after_the_worker_has_ended() {
    let pool = one().timeout(Duration::from_millis(30)).build().unwrap();
    for _ in 0..10 {
        let error = tasks::spin(&pool).await.unwrap_err();
        let Error::Process(ProcessError::TimedOut { pid, .. }) = error else { panic!("{error}") };
        assert!(!runs(pid));
    }
    finish(pool).await;
}

async fn a_dropped_call_is_killed() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("dropped");
    let mut call = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    assert!(call.as_mut().now_or_never().is_none());
    let worker = begun.wait_pid();
    drop(call);
    ended(worker);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let metrics = finish(pool).await;
    assert_eq!((metrics.ended.dropped, metrics.calls.cancelled), (1, 1));
}

async fn a_dropped_call_that_waits_never_runs() {
    let pool = one().timeout(Duration::from_secs(10)).build().unwrap();
    let begun = Pipe::new("first");
    let never = Scratch::new("second");
    let mut first = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    assert!(first.as_mut().now_or_never().is_none());
    begun.wait();
    let mut second = Box::pin(tasks::spin_and_tell(&pool, never.path()));
    assert!(second.as_mut().now_or_never().is_none());
    assert_eq!(pool.metrics().queued, 1);
    drop(second);
    assert_eq!(pool.metrics().queued, 0);
    drop(first);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert!(!never.0.exists());
    assert_eq!(finish(pool).await.calls.cancelled, 2);
}

async fn a_call_that_is_not_polled_never_runs() {
    let pool = one().build().unwrap();
    drop(tasks::spin(&pool));
    assert_eq!(finish(pool).await.spawned, 0);
}

async fn a_call_that_ends_in_the_grace_period_keeps_its_worker() {
    let pool = one().kill_grace(Duration::from_mins(1)).build().unwrap();
    let worker = tasks::pid(&pool).await;
    for round in 0..3 {
        let begun = Pipe::new(&format!("begun-{round}"));
        let ended = Pipe::new(&format!("ended-{round}"));
        let call = tasks::spin_until_cancelled(&pool, begun.path(), ended.path());
        let mut call = Box::pin(call);
        assert!(call.as_mut().now_or_never().is_none());
        begun.wait();
        drop(call);
        assert_eq!(ended.wait(), "cancelled");
    }
    assert_eq!(tasks::pid(&pool).await, worker);
    let metrics = finish(pool).await;
    assert_eq!((metrics.spawned, metrics.calls.cancelled), (1, 3));
}

async fn a_call_that_outlasts_the_grace_period_is_killed() {
    let pool = one()
        .timeout(Duration::from_millis(50))
        .kill_grace(Duration::from_millis(50))
        .build()
        .unwrap();
    let began = Instant::now();
    let error = tasks::spin(&pool).await.unwrap_err();
    assert!(matches!(error, Error::Process(ProcessError::TimedOut { .. })), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(100));
    assert_eq!(finish(pool).await.ended.timed_out, 1);
}

async fn children_are_killed_with_their_call() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("grandchild");
    let mut call = Box::pin(tasks::spawn_child_and_spin(&pool, begun.path()));
    assert!(call.as_mut().now_or_never().is_none());
    let child = begun.wait_pid();
    assert!(runs(child));
    drop(call);
    ended(child);
    finish(pool).await;
}

async fn a_discarded_pool_kills_running_calls() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("discarded");
    let first = tokio::spawn(tasks::spin_and_tell(&pool, begun.path()));
    let worker = begun.wait_pid();
    let mut second = Box::pin(tasks::spin(&pool));
    assert!(second.as_mut().now_or_never().is_none());
    pool.shutdown(Shutdown::Discard).await;
    assert!(!runs(worker));
    assert_eq!(first.await.unwrap(), Err(Error::ShutDown));
    assert_eq!(second.await, Err(Error::ShutDown));
    assert_eq!(tasks::add(&pool, 1, 1).await, Err(Error::ShutDown));
    balanced(&pool);
    assert_eq!(pool.metrics().ended.shut_down, 1);
}
