//! The global pool, in a process where it has been used before.

use std::thread;

use asyncify_runtime::{BlockingPool, asyncify, global, spawn_blocking, sync_to_async};
use asyncify_tests::block_on;

#[test]
fn late_configuration_is_an_error() {
    assert_eq!(block_on(spawn_blocking(|| 1)).unwrap(), 1);
    let error = BlockingPool::builder().name("late").build_global().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(!error.to_string().is_empty());
    assert_eq!(block_on(spawn_blocking(|| 2)).unwrap(), 2);
}

#[test]
fn calls_without_an_executor_share_the_global_pool() {
    #[sync_to_async]
    fn annotated() -> Option<String> {
        thread::current().name().map(str::to_owned)
    }
    let pool_of = |name: Option<String>| name.unwrap().split_once('-').unwrap().0.to_owned();
    block_on(async {
        let expected =
            pool_of(global().spawn(|| thread::current().name().map(str::to_owned)).await.unwrap());
        assert_eq!(pool_of(annotated().await), expected);
        assert_eq!(
            pool_of(asyncify!({ thread::current().name().map(str::to_owned) }).await),
            expected
        );
    });
}
