//! Calls that complete.

use asyncify_process_tests::tasks::{self, Unreadable};
use asyncify_runtime::Error;
use asyncify_runtime::process::{Pool, ProcessError, Side};
use futures::future::join_all;
use serde_bytes::ByteBuf;

use crate::{cases, finish, one};

cases![
    a_result_comes_back,
    an_error_of_the_function_comes_back,
    a_panic_keeps_its_worker,
    values_that_cannot_be_encoded_keep_their_worker,
    payloads_of_every_size_are_sent,
    payloads_beyond_the_limit_are_rejected,
    a_long_panic_is_cut,
    functions_print_and_read,
    concurrent_calls_get_their_own_results,
];

async fn a_result_comes_back() {
    let pool = one().build().unwrap();
    assert_eq!(tasks::add(&pool, 2, 3).await, Ok(5));
    assert_ne!(tasks::pid(&pool).await, Ok(std::process::id()));
    let metrics = finish(pool).await;
    assert_eq!((metrics.spawned, metrics.calls.completed, metrics.ended.shut_down), (1, 2, 1));
}

async fn an_error_of_the_function_comes_back() {
    let pool = one().build().unwrap();
    assert_eq!(tasks::refuse(&pool).await, Err(Error::Rejected));
    assert_eq!(finish(pool).await.calls.completed, 1);
}

async fn a_panic_keeps_its_worker() {
    let pool = one().build().unwrap();
    let worker = tasks::pid(&pool).await;
    let error = tasks::panic(&pool, "no way".to_owned()).await.unwrap_err();
    let Error::Process(ProcessError::Panicked(panic)) = error else { panic!("{error}") };
    assert_eq!(panic.message.as_deref(), Some("no way"));
    let place = panic.location.expect("a location");
    assert!(place.contains("tests/process/src/tasks.rs:"), "{place}");
    let error = tasks::panic_wordless(&pool).await.unwrap_err();
    let Error::Process(ProcessError::Panicked(panic)) = error else { panic!("{error}") };
    assert_eq!(panic.message, None);
    assert_eq!(tasks::pid(&pool).await, worker);
    assert_eq!(finish(pool).await.calls.panicked, 2);
}

async fn values_that_cannot_be_encoded_keep_their_worker() {
    let pool = one().build().unwrap();
    let worker = tasks::pid(&pool).await;
    let error = tasks::unwritable(&pool).await.unwrap_err();
    let Error::Process(ProcessError::Encode { side, detail, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((side, detail.contains("no words")), (Side::Worker, true), "{detail}");
    let error = tasks::unreadable(&pool, Unreadable).await.unwrap_err();
    let Error::Process(ProcessError::Decode { side, detail, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((side, detail.contains("Greek")), (Side::Worker, true), "{detail}");
    assert_eq!(tasks::pid(&pool).await, worker);
    assert_eq!(finish(pool).await.calls.failed, 2);
}

/// In both directions at once: neither side may wait for the other to read.
async fn payloads_of_every_size_are_sent() {
    let pool = Pool::builder().name("sizes").max_workers(2).build().unwrap();
    for size in [0, 1, 1 << 10, 200 << 10, 300 << 10, 4 << 20, 64 << 20] {
        let bytes = ByteBuf::from(vec![0x5a; size]);
        let (left, right) =
            futures::join!(tasks::echo(&pool, bytes.clone()), tasks::echo(&pool, bytes.clone()));
        assert!(left.unwrap() == bytes && right.unwrap() == bytes, "{size} bytes");
    }
    finish(pool).await;
}

async fn payloads_beyond_the_limit_are_rejected() {
    let pool = one().max_payload(1000).build().unwrap();
    let worker = tasks::pid(&pool).await;
    let error = tasks::echo(&pool, ByteBuf::from(vec![0; 1001])).await.unwrap_err();
    let Error::Process(ProcessError::TooLarge { side, limit, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((side, limit), (Side::Caller, 1000));
    let error = tasks::variable(&pool, "LONG".to_owned()).await;
    assert_eq!(error, Ok(None));
    assert_eq!(tasks::pid(&pool).await, worker);
    finish(pool).await;

    let pool = one().max_payload(1000).env("LONG", "x".repeat(2000)).build().unwrap();
    let error = tasks::variable(&pool, "LONG".to_owned()).await.unwrap_err();
    let Error::Process(ProcessError::TooLarge { side, bytes, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((side, bytes > 2000), (Side::Worker, true));
    finish(pool).await;
}

/// Whatever the limit of results.
async fn a_long_panic_is_cut() {
    let pool = one().max_payload(100).build().unwrap();
    let error = tasks::panic_at_length(&pool, 3 << 20).await.unwrap_err();
    let Error::Process(ProcessError::Panicked(panic)) = error else { panic!("{error}") };
    let message = panic.message.expect("a message");
    assert_eq!(message, "é".repeat(message.len() / 2));
    assert!(message.len() > 100_000);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.spawned, 1);
}

async fn functions_print_and_read() {
    let pool = one().build().unwrap();
    assert_eq!(tasks::print_and_read(&pool).await, Ok(String::new()));
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn concurrent_calls_get_their_own_results() {
    let pool = Pool::builder().name("many").max_workers(4).build().unwrap();
    let results = join_all((0..500).map(|n| tasks::add(&pool, n, 1000))).await;
    let expected: Vec<_> = (0..500).map(|n| Ok(n + 1000)).collect();
    assert_eq!(results, expected);
    let metrics = finish(pool).await;
    assert_eq!(metrics.calls.completed, 500);
    assert!(metrics.spawned <= 4);
}
