//! The caller's tokio runtime is current in the body, and gone afterwards.

use asyncify_runtime::{BlockingPool, asyncify, sync_to_async};
use asyncify_tests::{Gate, block_on};
use tokio::runtime::{Handle, Id};

use crate::{current_thread, multi_thread, one_thread};

fn runtime_id() -> Option<Id> {
    Handle::try_current().ok().map(|handle| handle.id())
}

#[sync_to_async(executor = pool)]
fn seen(pool: &BlockingPool) -> Option<Id> {
    let _ = pool;
    runtime_id()
}

#[test]
fn body_sees_the_runtime_of_its_caller() {
    let pool = one_thread();
    for runtime in [current_thread(), multi_thread()] {
        let expected = Some(runtime.handle().id());
        assert_eq!(runtime.block_on(seen(&pool)), expected);
        let pool = pool.clone();
        let task = runtime.spawn(async move { seen(&pool).await });
        assert_eq!(runtime.block_on(task).unwrap(), expected);
    }
}

#[test]
fn nested_call_sees_the_runtime_of_the_outermost_caller() {
    #[sync_to_async(executor = pool)]
    async fn outer(pool: &BlockingPool) -> Option<Id> {
        seen(pool).await
    }
    let pool = one_thread();
    for runtime in [current_thread(), multi_thread()] {
        assert_eq!(runtime.block_on(outer(&pool)), Some(runtime.handle().id()));
    }
    assert_eq!(block_on(outer(&pool)), None);
}

#[test]
fn next_call_sees_nothing_of_it() {
    let pool = one_thread();
    let runtime = current_thread();
    assert!(runtime.block_on(seen(&pool)).is_some());
    assert_eq!(block_on(seen(&pool)), None);
}

#[test]
fn nothing_is_left_after_a_panic() {
    let pool = one_thread();
    current_thread().block_on(async {
        assert!(pool.spawn(|| panic!("expected")).await.unwrap_err().is_panic());
    });
    assert_eq!(block_on(seen(&pool)), None);
}

#[test]
fn concurrent_callers_do_not_mix() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let (first, second) = (current_thread(), current_thread());
    let gate = Gate::new();
    let spawn = |runtime: &tokio::runtime::Runtime| {
        let gate = gate.clone();
        let _entered = runtime.enter();
        pool.spawn(move || {
            gate.pass();
            runtime_id()
        })
    };
    let handles = [spawn(&first), spawn(&second)];
    gate.wait_for(2);
    gate.open();
    let [left, right] = handles.map(|handle| block_on(handle).unwrap());
    assert_eq!((left, right), (Some(first.handle().id()), Some(second.handle().id())));
}

#[test]
fn context_is_that_of_the_first_poll() {
    let pool = one_thread();
    let call = seen(&pool);
    let lazy = asyncify!(runtime_id());
    let runtime = current_thread();
    let expected = Some(runtime.handle().id());
    assert_eq!(runtime.block_on(call), expected);
    assert_eq!(runtime.block_on(lazy), expected);
}

#[test]
fn runtime_is_let_go_with_the_body() {
    let pool = one_thread();
    let runtime = current_thread();
    let gate = Gate::new();
    let body = gate.clone();
    let handle = {
        let _entered = runtime.enter();
        pool.spawn(move || body.pass())
    };
    gate.wait_for(1);
    // The runtime ends while the body has it; the body goes on.
    drop(runtime);
    gate.open();
    block_on(handle).unwrap();
    assert_eq!(block_on(seen(&pool)), None);
}
