//! The way back: a body that waits for a future, and the runtime that drives it.

use std::time::Duration;

use asyncify_runtime::{BlockingCall, Inline, asyncify, block_on};
use asyncify_tests::in_time;
use tokio::runtime::Handle;

use crate::{current_thread, multi_thread, one_thread};

#[test]
fn body_waits_on_the_runtime_of_its_caller() {
    for runtime in [current_thread(), multi_thread()] {
        let id = runtime.handle().id();
        runtime.block_on(async move {
            let seen = asyncify!(|| {
                block_on(async {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    tokio::spawn(async { Handle::current().id() }).await.unwrap()
                })
            });
            assert_eq!(seen.await, id);
        });
    }
}

#[test]
fn named_runtime_is_used_where_the_caller_has_none() {
    let runtime = multi_thread();
    let (id, handle) = (runtime.handle().id(), runtime.handle().clone());
    let seen = asyncify!(|| {
        block_on(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Handle::current().id()
        })
    });
    assert_eq!(futures::executor::block_on(seen.runtime(&handle)), id);
}

#[test]
fn named_runtime_wins_over_the_callers() {
    let (caller, named) = (current_thread(), multi_thread());
    let (id, handle) = (named.handle().id(), named.handle().clone());
    let seen = async move { asyncify!(|| Handle::current().id()).runtime(&handle).await };
    assert_eq!(caller.block_on(seen), id);
}

#[test]
fn runtime_that_was_shut_down_is_a_clear_panic() {
    let runtime = multi_thread();
    let handle = runtime.handle().clone();
    // Waits until the driver of its timers is shut down.
    drop(runtime);
    let call = asyncify!(|| {
        block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    });
    let error = futures::executor::block_on(call.runtime(&handle).spawn()).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("shutdown") || message.contains("shutting down"), "{message}");
}

#[test]
fn panic_of_the_future_goes_on() {
    let call = BlockingCall::new(|| block_on(async { panic!("expected") }));
    let error = futures::executor::block_on(call.spawn()).map(|(): ()| ()).unwrap_err();
    assert!(error.to_string().contains("expected"));
}

/// As without the feature `tokio`: see `tests/bare`.
#[test]
fn async_code_may_wait_too() {
    for runtime in [current_thread(), multi_thread()] {
        let waits = || block_on(asyncify!(|| 5));
        assert_eq!(runtime.block_on(async { waits() }), 5);
        assert_eq!(
            runtime.block_on(async { tokio::spawn(async move { waits() }).await.unwrap() }),
            5
        );
        assert_eq!(runtime.block_on(async { asyncify!({ waits() }).executor(&Inline).await }), 5);
    }
}

#[test]
fn waiting_task_has_no_budget_to_run_out_of() {
    let received = in_time("waiting_task_has_no_budget_to_run_out_of", || {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        (0..1_000).for_each(|number| sender.send(number).unwrap());
        drop(sender);
        current_thread().block_on(async {
            let mut count = 0;
            block_on(async {
                while receiver.recv().await.is_some() {
                    count += 1;
                }
            });
            count
        })
    });
    assert_eq!(received, 1_000);
}

#[test]
fn plain_thread_may_wait_too() {
    assert_eq!(block_on(asyncify!(|| 5)), 5);
}

#[test]
fn bodies_that_wait_for_the_same_pool_do_not_lock_it_up() {
    fn nest(pool: &asyncify_runtime::BlockingPool, depth: u32) -> u32 {
        if depth == 0 {
            return 0;
        }
        let inner = pool.clone();
        let call = BlockingCall::new(move || 1 + nest(&inner, depth - 1));
        block_on(call.executor(pool))
    }
    assert_eq!(nest(&one_thread(), 50), 50);
}
