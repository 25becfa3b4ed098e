//! Bodies on a thread of their own that call that thread again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};

use asyncify_runtime::{
    BlockingCall, DedicatedThread, TaskGroup, ThreadBound, asyncify, scope_thread, sync_to_async,
};
use asyncify_tests::{Gate, block_on, in_time, panic_text, poll_once};
use futures::future::join_all;

use crate::{current_thread, multi_thread};

fn id() -> ThreadId {
    thread::current().id()
}

/// Waits on the thread for a call on the thread, `depth` times over.
#[sync_to_async(executor = thread)]
fn descend(thread: &DedicatedThread, depth: u32) -> (ThreadId, u32) {
    let Some(below) = depth.checked_sub(1) else { return (id(), 0) };
    let (thread, depth) = asyncify_runtime::block_on(descend(thread, below));
    assert_eq!(thread, id());
    (thread, depth + 1)
}

#[test]
fn a_body_waits_for_its_own_thread() {
    let thread = DedicatedThread::new("own").unwrap();
    in_time("nested on the own thread", || {
        assert_eq!(block_on(descend(&thread, 10)).1, 10);
        assert_eq!(current_thread().block_on(descend(&thread, 10)).1, 10);
        assert_eq!(multi_thread().block_on(descend(&thread, 10)).1, 10);
    });
}

#[test]
fn an_async_body_waits_for_its_own_thread() {
    #[sync_to_async(executor = thread)]
    async fn several(thread: &DedicatedThread) -> u32 {
        let calls = (0..10).map(|depth| descend(thread, depth));
        join_all(calls).await.into_iter().map(|(_, depth)| depth).sum()
    }
    let thread = DedicatedThread::new("own").unwrap();
    in_time("an async body on the own thread", || {
        assert_eq!(block_on(several(&thread)), 45);
        assert_eq!(current_thread().block_on(several(&thread)), 45);
        assert_eq!(multi_thread().block_on(several(&thread)), 45);
    });
}

#[test]
fn a_body_waits_for_its_own_scope() {
    #[sync_to_async]
    fn outer() -> (ThreadId, ThreadId) {
        (id(), asyncify_runtime::block_on(inner()).0)
    }
    #[sync_to_async]
    async fn inner() -> (ThreadId, ThreadId) {
        (asyncify!(|| id()).await, id())
    }
    in_time("nested in a thread's scope", || {
        for (first, second) in
            [block_on(scope_thread(outer())), current_thread().block_on(scope_thread(outer()))]
        {
            assert_eq!(first, second);
        }
    });
}

#[test]
fn a_group_runs_on_the_thread_that_waits_for_it() {
    let thread = DedicatedThread::new("own").unwrap();
    let own = thread.clone();
    let body = asyncify!(move || {
        asyncify_runtime::block_on(async {
            let mut group = TaskGroup::with_executor(own);
            for k in 0..10 {
                group.spawn(move || (id(), k));
            }
            let results = group.join_all().await;
            assert!(results.iter().all(|(thread, _)| *thread == id()));
            results.into_iter().map(|(_, k)| k).sum::<u32>()
        })
    });
    let sum =
        in_time("a group on the own thread", || block_on(async { body.executor(&thread).await }));
    assert_eq!(sum, 45);
}

#[test]
fn calls_from_elsewhere_wait_until_the_body_has_ended() {
    let thread = DedicatedThread::new("own").unwrap();
    let (gate, order) = (Gate::new(), Arc::new(Mutex::new(Vec::new())));
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move || order.lock().unwrap().push(what)
    };
    let (own, pass) = (thread.clone(), gate.clone());
    let (inner, unawaited, end) = (note("inner"), note("not awaited"), note("outer"));
    let outer = asyncify!(move || {
        pass.pass();
        asyncify_runtime::block_on(async {
            BlockingCall::new(inner).executor(&own).await;
            // Nobody waits for this one, so it has its place in the queue.
            drop(BlockingCall::new(unawaited).executor(&own).spawn());
        });
        end();
    })
    .executor(&thread)
    .spawn();
    gate.wait_for(1);
    let elsewhere = BlockingCall::new(note("elsewhere")).executor(&thread).spawn();
    gate.open();
    in_time("calls from elsewhere", || {
        block_on(outer).unwrap();
        block_on(elsewhere).unwrap();
        block_on(async { asyncify!(|| ()).executor(&thread).await });
    });
    assert_eq!(*order.lock().unwrap(), ["inner", "outer", "elsewhere", "not awaited"]);
}

#[test]
fn a_call_that_was_dropped_before_its_turn_never_runs() {
    let thread = DedicatedThread::new("own").unwrap();
    let own = thread.clone();
    let body = asyncify!(move || {
        let never = || panic!("it was dropped");
        let mut call = Box::pin(async { BlockingCall::new(never).executor(&own).await });
        asyncify_runtime::block_on(std::future::poll_fn(|_| {
            assert!(poll_once(&mut call).is_pending());
            Poll::Ready(())
        }));
        drop(call);
        asyncify_runtime::block_on(async { asyncify!(|| 7).executor(&own).await })
    });
    let result = in_time("a dropped call", || block_on(async { body.executor(&thread).await }));
    assert_eq!(result, 7);
}

#[test]
fn a_panic_of_the_wait_loses_no_call() {
    let thread = DedicatedThread::new("own").unwrap();
    let own = thread.clone();
    let body = asyncify!(move || {
        let mut handle = None;
        let payload = catch_unwind(AssertUnwindSafe(|| {
            asyncify_runtime::block_on(async {
                handle = Some(asyncify!(|| 7).executor(&own).spawn());
                panic!("expected");
            });
        }));
        assert_eq!(panic_text(&*payload.unwrap_err()), "expected");
        handle.unwrap()
    });
    let seven = in_time("a panic of the wait", || {
        block_on(async {
            let handle = body.executor(&thread).await;
            handle.await
        })
    });
    assert_eq!(seven.unwrap(), 7);
}

#[test]
fn a_nested_call_with_the_same_bound_value_is_a_clear_panic() {
    let thread = DedicatedThread::new("own").unwrap();
    in_time("nested with a bound value", || {
        block_on(async {
            let value = ThreadBound::new(&thread, || Ok::<_, ()>(5)).await.unwrap();
            let other = ThreadBound::new(&thread, || Ok::<_, ()>(7)).await.unwrap();
            let same = value.clone();
            let call = value.call(move |value| {
                let wait = || asyncify_runtime::block_on(async { same.call(|value| *value).await });
                let payload = catch_unwind(AssertUnwindSafe(wait)).unwrap_err();
                assert!(panic_text(&*payload).contains("in use by the body"));
                *value + asyncify_runtime::block_on(async { other.call(|value| *value).await })
            });
            assert_eq!(call.await, 12);
            assert_eq!(value.call(|value| *value).await, 5);
        });
    });
}
