//! Workers that violate the protocol.

use asyncify_process_tests::tasks;
use asyncify_runtime::Error;
use asyncify_runtime::process::{Pool, ProcessError};
use serde_bytes::ByteBuf;

use crate::{cases, finish, one};

cases![
    an_absurd_length_kills_the_worker,
    an_unknown_kind_kills_the_worker,
    an_answer_to_another_call_kills_the_worker,
    a_worker_that_hangs_up_is_killed,
];

async fn protocol_error(pool: &Pool, bytes: &[u8]) -> String {
    let error = tasks::speak(pool, ByteBuf::from(bytes)).await.unwrap_err();
    let Error::Process(ProcessError::Protocol { detail, .. }) = error else { panic!("{error}") };
    detail
}

async fn an_absurd_length_kills_the_worker() {
    let pool = one().build().unwrap();
    let mut frame = [0; 16];
    frame[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let detail = protocol_error(&pool, &frame).await;
    assert!(detail.contains("4294967295 bytes"), "{detail}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.ended.protocol, 1);
}

async fn an_unknown_kind_kills_the_worker() {
    let pool = one().build().unwrap();
    let mut frame = [0; 16];
    frame[4] = 99;
    let detail = protocol_error(&pool, &frame).await;
    assert!(detail.contains("kind 99"), "{detail}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.ended.protocol, 1);
}

async fn an_answer_to_another_call_kills_the_worker() {
    let pool = one().build().unwrap();
    let mut frame = [0; 16];
    // `Returned`, to a call with the highest number.
    frame[4] = 5;
    frame[8..].copy_from_slice(&u64::MAX.to_le_bytes());
    let detail = protocol_error(&pool, &frame).await;
    assert!(detail.contains("which is not running"), "{detail}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.ended.protocol, 1);
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
