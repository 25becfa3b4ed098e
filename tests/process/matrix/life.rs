//! The start and the end of workers.

use std::time::Duration;

use asyncify_process_tests::tasks;
use asyncify_runtime::Error;
use asyncify_runtime::initializer;
use asyncify_runtime::process::{self, Pool, ProcessError, Stderr};
use asyncify_tests::until;
use futures::future::join_all;
use rustix::process::Signal;

use crate::{Pipe, Scratch, cases, finish, kill, one};

cases![
    there_is_one_global_pool,
    workers_are_started_when_they_are_needed,
    spare_workers_are_started_ahead,
    idle_workers_exit,
    a_dropped_pool_drains,
    initializers_run_once_in_each_worker,
    a_failing_initializer_is_reported_and_recovers,
    a_program_that_sends_nothing_is_no_worker,
    a_program_that_ends_is_no_worker,
    a_program_that_does_not_exist_is_no_worker,
    workers_have_their_names_and_variables,
    a_spare_worker_that_is_killed_is_replaced,
];

async fn workers_are_started_when_they_are_needed() {
    let pool = Pool::builder().name("lazy").max_workers(4).build().unwrap();
    assert_eq!(pool.metrics().spawned, 0);
    for n in 0..20 {
        assert_eq!(tasks::add(&pool, n, n).await, Ok(2 * n));
    }
    assert_eq!(pool.metrics().spawned, 1);
    let four = [Pipe::new("one"), Pipe::new("two"), Pipe::new("three"), Pipe::new("four")];
    let calls = four.iter().map(|pipe| tokio::spawn(tasks::spin_and_tell(&pool, pipe.path())));
    let calls: Vec<_> = calls.collect();
    let mut workers: Vec<_> = four.iter().map(Pipe::wait_pid).collect();
    workers.sort_unstable();
    workers.dedup();
    assert_eq!(workers.len(), 4);
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    finish(pool).await;
}

async fn spare_workers_are_started_ahead() {
    let pool = Pool::builder().name("spare").max_workers(3).min_idle(2).build().unwrap();
    until("two are idle", || pool.metrics().idle == 2);
    let begun = Pipe::new("spare");
    let call = tokio::spawn(tasks::spin_and_tell(&pool, begun.path()));
    begun.wait();
    until("two are idle beside the busy one", || {
        let metrics = pool.metrics();
        (metrics.running, metrics.idle) == (1, 2)
    });
    call.abort();
    finish(pool).await;
}

async fn idle_workers_exit() {
    let pool = Pool::builder()
        .name("leaving")
        .max_workers(3)
        .min_idle(1)
        .keep_alive(Duration::from_millis(20))
        .build()
        .unwrap();
    let three = [Pipe::new("one"), Pipe::new("two"), Pipe::new("three")];
    let go = Pipe::new("go");
    let calls = three
        .iter()
        .map(|begun| tokio::spawn(tasks::tell_and_wait(&pool, begun.path(), go.path())));
    let calls: Vec<_> = calls.collect();
    for begun in &three {
        begun.wait();
    }
    std::fs::write(go.path(), "123").unwrap();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    until("one is left", || pool.metrics().workers == 1);
    let metrics = finish(pool).await;
    assert_eq!(metrics.ended.idle + 1, metrics.spawned);
}

async fn a_dropped_pool_drains() {
    let pool = one().build().unwrap();
    let mut calls: Vec<_> = (0..5).map(|n| Box::pin(tasks::add(&pool, n, n))).collect();
    for call in &mut calls {
        assert!(futures::poll!(call).is_pending());
    }
    drop(pool);
    let results = join_all(calls).await;
    assert_eq!(results, (0..5).map(|n| Ok(2 * n)).collect::<Vec<_>>());
    until("the worker is gone", || {
        asyncify_process_tests::outside::children(std::process::id()).is_empty()
    });
}

async fn initializers_run_once_in_each_worker() {
    let pool = one().initializer(initializer!(tasks::initialize)).build().unwrap();
    assert_eq!(tasks::initialized(&pool).await, Ok(1));
    assert_eq!(tasks::initialized(&pool).await, Ok(1));
    finish(pool).await;
    let pool = one().build().unwrap();
    assert_eq!(tasks::initialized(&pool).await, Ok(0));
    finish(pool).await;
}

async fn a_failing_initializer_is_reported_and_recovers() {
    let blocker = Scratch::new("blocker");
    std::fs::write(&blocker.0, "no").unwrap();
    let pool = one()
        .initializer(initializer!(tasks::initialize_unless_blocked))
        .env("ASYNCIFY_TEST_BLOCKER", blocker.path())
        .build()
        .unwrap();
    let error = tasks::add(&pool, 1, 1).await.unwrap_err();
    let Error::Process(ProcessError::Start { attempts, detail, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(*attempts, 3);
    assert!(detail.contains("blocked"), "{detail}");
    let metrics = pool.metrics();
    assert_eq!((metrics.spawn_failures, metrics.ended.start_failed), (3, 3));
    std::fs::remove_file(&blocker.0).unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn start_error(builder: process::Builder) -> String {
    let pool = builder.build().unwrap();
    let error = tasks::add(&pool, 1, 1).await.unwrap_err();
    let Error::Process(ProcessError::Start { detail, .. }) = error else { panic!("{error}") };
    assert_eq!(finish(pool).await.spawn_failures, 3);
    detail
}

async fn a_program_that_sends_nothing_is_no_worker() {
    let builder = one().worker_exe("/bin/sleep");
    // `sleep` without an argument ends at once; `tail` waits for its stdin.
    let detail = start_error(builder.stderr(Stderr::Capture(1000))).await;
    assert!(detail.contains("before it was ready (exit status: 1)"), "{detail}");
    assert!(detail.contains("missing operand"), "{detail}");
    let builder = one().worker_exe("/usr/bin/tail").start_timeout(Duration::from_millis(50));
    let detail = start_error(builder).await;
    assert!(detail.contains("first statement"), "{detail}");
}

async fn a_program_that_ends_is_no_worker() {
    let detail = start_error(one().worker_exe("/bin/true")).await;
    assert!(detail.contains("before it was ready (exit status: 0)"), "{detail}");
}

async fn a_program_that_does_not_exist_is_no_worker() {
    let detail = start_error(one().worker_exe("/nowhere/worker")).await;
    assert!(detail.contains("No such file"), "{detail}");
}

async fn workers_have_their_names_and_variables() {
    let pool =
        Pool::builder().name("thumbnails").max_workers(1).env("COLOUR", "blue").build().unwrap();
    assert_eq!(tasks::comm(&pool).await, Ok("thumbnails".to_owned()));
    assert_eq!(tasks::variable(&pool, "COLOUR".to_owned()).await, Ok(Some("blue".to_owned())));
    finish(pool).await;
}

async fn a_spare_worker_that_is_killed_is_replaced() {
    let pool = one().min_idle(1).build().unwrap();
    until("it is idle", || pool.metrics().idle == 1);
    for round in 1..=3 {
        kill(asyncify_process_tests::outside::children(std::process::id())[0], Signal::KILL);
        until("another one is idle", || {
            let metrics = pool.metrics();
            metrics.ended.died_idle == round && metrics.idle == 1
        });
    }
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn there_is_one_global_pool() {
    let pool = process::global().expect("`main` has called `init`");
    let error = Pool::builder().build_global().unwrap_err();
    assert_eq!(error, ProcessError::AlreadyBuilt.into());
    assert!(error.to_string().contains("`build_global` once"), "{error}");
    assert_eq!(pool.metrics().spawned, 0, "it starts nothing by itself");
}
