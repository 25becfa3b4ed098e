//! The global pool, in a process that sets it up before its first use.

use std::thread;

use asyncify_runtime::{BlockingPool, asyncify, global, sync_to_async};
use asyncify_tests::block_on;

#[sync_to_async]
fn thread_name() -> Option<String> {
    thread::current().name().map(str::to_owned)
}

/// One test, as there is one first use.
#[test]
fn global_pool_is_what_was_built_and_built_once() {
    let invalid = BlockingPool::builder().max_threads(0).build_global().unwrap_err();
    assert_eq!(invalid.kind(), std::io::ErrorKind::InvalidInput);

    BlockingPool::builder().name("ours").max_threads(2).build_global().unwrap();
    let again = BlockingPool::builder().name("other").build_global().unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);

    assert!(block_on(thread_name()).unwrap().starts_with("ours-"));
    let inline =
        block_on(async { asyncify!({ thread::current().name().map(str::to_owned) }).await });
    assert!(inline.unwrap().starts_with("ours-"));
    block_on(global().wait_idle());
    assert_eq!(global().metrics().completed, 2);
}
