//! The end of a pool, for its callers.
//! `asyncify-runtime/src/pool/tests` tests a pool alone, under Miri too.

use std::time::Duration;

use asyncify_runtime::{Shutdown, asyncify};
use asyncify_tests::block_on;

use crate::{current_thread, occupy, one_thread};

#[test]
fn spawn_after_shutdown_is_an_error_at_once() {
    let pool = one_thread();
    block_on(pool.shutdown(Shutdown::Drain));
    let error = block_on(pool.spawn(|| ())).unwrap_err();
    assert!(error.is_rejected() && error.to_string().contains("shut down"));
    let refused = pool.try_spawn(|| 7).unwrap_err();
    assert!(!refused.is_full());
    assert_eq!(refused.into_inner()(), 7);
    assert!(block_on(pool.reserve()).is_err());
    let call = asyncify!(|| ()).executor(&pool).spawn();
    assert!(block_on(call).unwrap_err().is_rejected());
    assert_eq!(pool.metrics().rejected, 4);
}

#[test]
fn call_cancelled_just_before_the_shutdown_does_not_hang_it() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let handle = pool.spawn(|| ());
    handle.abort();
    gate.open();
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(block_on(handle).unwrap_err().is_cancelled());
}

/// The event loop goes on: it is what opens the gate.
#[test]
fn shutdown_does_not_block_the_event_loop() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    current_thread().block_on(async {
        let opener = async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            gate.open();
        };
        tokio::join!(pool.shutdown(Shutdown::Drain), opener);
    });
    assert_eq!(pool.metrics().threads, 0);
}

#[test]
fn shutdown_that_is_never_polled_does_nothing() {
    let pool = one_thread();
    drop(pool.shutdown(Shutdown::Discard));
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
}
