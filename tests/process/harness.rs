//! The standard harness, with and without tokio; in a crate that forbids `unsafe`.
#![forbid(unsafe_code)]

asyncify_runtime::worker_test!();

use asyncify_process_tests::tasks;
use asyncify_runtime::process::Pool;

#[test]
fn a_plain_test_calls_a_worker() {
    let pool = Pool::builder().name("plain").max_workers(1).build().unwrap();
    let worker = futures::executor::block_on(tasks::pid(&pool)).unwrap();
    assert_ne!(worker, std::process::id());
}

#[tokio::test]
async fn a_tokio_test_calls_a_worker() {
    let pool = Pool::builder().name("tokio").max_workers(1).build().unwrap();
    assert_eq!(tasks::add(&pool, 2, 3).await, Ok(5));
}

#[tokio::test]
async fn a_crash_stays_in_its_worker() {
    let pool = Pool::builder().name("crash").max_workers(1).build().unwrap();
    let crash = tasks::crash(tasks::abort(&pool).await.unwrap_err());
    assert_eq!(crash.signal, Some(6));
    assert_eq!(tasks::add(&pool, 2, 3).await, Ok(5));
}

#[asyncify_runtime::sync_to_async(process)]
fn double(number: u32) -> Result<u32, asyncify_runtime::Error> {
    Ok(number * 2)
}

#[tokio::test]
async fn the_global_pool_is_made_when_it_is_needed() {
    assert_eq!(double(21).await, Ok(42));
    assert_eq!(asyncify_runtime::process::global().unwrap().metrics().calls.completed, 1);
}
