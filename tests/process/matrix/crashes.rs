//! Workers that die.

use asyncify_process_tests::outside::{children, ended, runs};
use asyncify_process_tests::tasks::{self, crash};
use asyncify_runtime::process::{OomHint, Stderr};
use rustix::process::Signal;

use crate::{Pipe, cases, finish, kill, one};

cases![
    an_abort_fails_one_call,
    a_segfault_fails_one_call,
    an_exit_fails_one_call,
    a_stack_overflow_fails_one_call,
    a_sigkill_from_outside_fails_the_running_call,
    a_worker_killed_while_idle_fails_no_call,
    a_dying_worker_whose_child_lives_is_noticed_at_once,
    children_of_a_call_that_returned_live_on,
    the_end_of_stderr_is_captured,
    a_partial_answer_is_a_crash,
];

async fn an_abort_fails_one_call() {
    let pool = one().build().unwrap();
    let worker = tasks::pid(&pool).await.unwrap();
    let crash = crash(tasks::abort(&pool).await.unwrap_err());
    assert_eq!((crash.signal, crash.code, crash.pid), (Some(6), None, worker));
    assert!(crash.task.ends_with("tasks::abort"), "{}", crash.task);
    assert_eq!(crash.oom, OomHint::No);
    assert_ne!(tasks::pid(&pool).await.unwrap(), worker);
    let metrics = finish(pool).await;
    assert_eq!((metrics.spawned, metrics.ended.crashed, metrics.calls.crashed), (2, 1, 1));
    assert_eq!(metrics.retried, 0);
}

async fn a_segfault_fails_one_call() {
    let pool = one().build().unwrap();
    let crash = crash(tasks::signal(&pool, Signal::SEGV.as_raw()).await.unwrap_err());
    assert_eq!((crash.signal, crash.code), (Some(11), None));
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn an_exit_fails_one_call() {
    let pool = one().build().unwrap();
    for code in [0, 1, 77] {
        let crash = crash(tasks::exit(&pool, code).await.unwrap_err());
        assert_eq!((crash.signal, crash.code), (None, Some(code)));
    }
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn a_stack_overflow_fails_one_call() {
    let pool = one().stderr(Stderr::Capture(4096)).build().unwrap();
    let crash = crash(tasks::recurse(&pool, u64::MAX).await.unwrap_err());
    assert_eq!(crash.signal, Some(6));
    let words = crash.stderr.expect("captured");
    assert!(words.contains("overflowed its stack"), "{words}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn a_sigkill_from_outside_fails_the_running_call() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("killed");
    let call = tokio::spawn(tasks::spin_and_tell(&pool, begun.path()));
    kill(begun.wait_pid(), Signal::KILL);
    let crash = crash(call.await.unwrap().unwrap_err());
    assert_eq!((crash.signal, crash.oom), (Some(9), OomHint::Likely));
    assert_eq!(finish(pool).await.retried, 0);
}

async fn a_worker_killed_while_idle_fails_no_call() {
    let pool = one().build().unwrap();
    for _ in 0..50 {
        let worker = tasks::pid(&pool).await.unwrap();
        kill(worker, Signal::KILL);
        // Perhaps before the pool has noticed it.
        assert_ne!(tasks::pid(&pool).await.unwrap(), worker);
    }
    let metrics = finish(pool).await;
    assert_eq!((metrics.ended.died_idle, metrics.calls.crashed), (50, 0));
}

/// The child keeps the worker's socket open, so the end of the stream does not show the death.
async fn a_dying_worker_whose_child_lives_is_noticed_at_once() {
    let pool = one().build().unwrap();
    let began = std::time::Instant::now();
    let crash = crash(tasks::spawn_and_abort(&pool).await.unwrap_err());
    assert_eq!(crash.signal, Some(6));
    assert!(began.elapsed().as_secs() < 5);
    finish(pool).await;
    assert_eq!(children(crash.pid), [0_u32; 0]);
}

async fn children_of_a_call_that_returned_live_on() {
    let pool = one().build().unwrap();
    let child = tasks::spawn_child(&pool).await.unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
    assert!(runs(child));
    kill(child, Signal::KILL);
    ended(child);
}

async fn the_end_of_stderr_is_captured() {
    let pool = one().stderr(Stderr::Capture(100)).build().unwrap();
    let words = format!("{}the end", "x".repeat(100_000));
    let crash = crash(tasks::abort_loudly(&pool, words).await.unwrap_err());
    let heard = crash.stderr.clone().expect("captured");
    assert_eq!(heard.len(), 100);
    assert!(heard.ends_with("the end\n"), "{heard}");
    assert!(crash.to_string().contains("the end"), "{crash}");
    finish(pool).await;
}

async fn a_partial_answer_is_a_crash() {
    let pool = one().build().unwrap();
    let bytes = serde_bytes::ByteBuf::from(vec![100, 0, 0, 0, 5]);
    let crash = crash(tasks::speak_and_abort(&pool, bytes).await.unwrap_err());
    assert_eq!(crash.signal, Some(6));
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}
