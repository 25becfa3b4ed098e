//! Workers that violate the protocol.

use asyncify_process_tests::tasks;
use asyncify_runtime::Error;
use asyncify_runtime::process::ProcessError;
use serde_bytes::ByteBuf;

use crate::{cases, finish, one};

cases![
    an_absurd_length_kills_the_worker,
    an_unknown_kind_kills_the_worker,
    an_answer_to_another_call_kills_the_worker,
    a_worker_that_hangs_up_is_killed,
];

/// A worker that sends this header is killed, its call fails with `detail`, and another one is
/// started.
async fn kills_the_worker(header: [u8; 16], detail: &str) {
    let pool = one().build().unwrap();
    let error = tasks::speak(&pool, ByteBuf::from(header)).await.unwrap_err();
    let Error::Process(ProcessError::Protocol { detail: found, .. }) = error else {
        panic!("{error}")
    };
    assert!(found.contains(detail), "{found}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.ended.protocol, 1);
}

async fn an_absurd_length_kills_the_worker() {
    let mut header = [0; 16];
    header[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    kills_the_worker(header, "4294967295 bytes").await;
}

async fn an_unknown_kind_kills_the_worker() {
    let mut header = [0; 16];
    header[4] = 99;
    kills_the_worker(header, "kind 99").await;
}

async fn an_answer_to_another_call_kills_the_worker() {
    let mut header = [0; 16];
    // `Returned`, to a call with the highest number.
    header[4] = 5;
    header[8..].copy_from_slice(&u64::MAX.to_le_bytes());
    kills_the_worker(header, "which is not running").await;
}

async fn a_worker_that_hangs_up_is_killed() {
    let pool = one().build().unwrap();
    let error = tasks::hang_up(&pool).await.unwrap_err();
    // The worker's watchdog may kill it first, as if the pool had exited.
    let is_expected =
        matches!(error, Error::Process(ProcessError::Protocol { .. } | ProcessError::Crashed(_)));
    assert!(is_expected, "{error}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}
