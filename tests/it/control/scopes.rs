//! Executors that are chosen around a future.

use std::thread::{self, ThreadId};

use asyncify_runtime::{
    BlockingCall, Inline, asyncify, scope_executor, scope_thread, sync_to_async,
};
use asyncify_tests::{Gate, block_on, poll_once};
use futures::future::{join, join_all};

use crate::one_thread;

#[sync_to_async]
fn here() -> ThreadId {
    thread::current().id()
}

#[test]
fn scope_sends_calls_that_name_no_executor() {
    let (scope, named) = (one_thread(), one_thread());
    let scope_thread = block_on(scope.spawn(|| thread::current().id())).unwrap();
    let named_thread = block_on(named.spawn(|| thread::current().id())).unwrap();
    block_on(scope_executor(scope, async {
        assert_eq!(here().await, scope_thread);
        assert_eq!(asyncify!(|| thread::current().id()).await, scope_thread);
        assert_eq!(asyncify!(|| thread::current().id()).executor(&named).await, named_thread);
    }));
    assert_ne!(block_on(here()), scope_thread);
}

#[test]
fn inner_scope_wins_and_the_outer_one_comes_back() {
    let outer = one_thread();
    let outer_thread = block_on(outer.spawn(|| thread::current().id())).unwrap();
    block_on(scope_executor(outer, async {
        assert_eq!(scope_executor(Inline, here()).await, thread::current().id());
        assert_eq!(here().await, outer_thread);
    }));
}

#[test]
fn scope_ends_with_a_panic_or_a_drop() {
    let poll = std::panic::catch_unwind(|| {
        block_on(scope_executor(Inline, async { panic!("expected") }));
    });
    assert!(poll.is_err());
    assert_ne!(block_on(here()), thread::current().id());
    let mut pending = Box::pin(scope_executor(Inline, std::future::pending::<()>()));
    assert!(poll_once(&mut pending).is_pending());
    assert_ne!(block_on(here()), thread::current().id());
    drop(pending);
}

#[test]
fn scope_reaches_into_the_bodies() {
    let pool = one_thread();
    let pool_thread = block_on(pool.spawn(|| thread::current().id())).unwrap();
    let inner = block_on(scope_executor(pool.clone(), async {
        asyncify!(|| asyncify_runtime::block_on(asyncify!(|| thread::current()
            .name()
            .map(String::from))))
        .await
    }));
    let name = block_on(pool.spawn(|| thread::current().name().map(String::from))).unwrap();
    // Another thread of the same pool: the first one waits.
    let [inner, name] = [inner, name].map(|name| {
        let name = name.unwrap();
        name.rsplit_once('-').unwrap().0.to_owned()
    });
    assert_eq!(inner, name);
    assert_ne!(pool_thread, thread::current().id());
}

#[test]
fn thread_scope_runs_all_calls_on_one_thread_in_order() {
    let threads = block_on(scope_thread(async {
        join_all((0..20).map(|_| asyncify!(|| thread::current().id()))).await
    }));
    assert!(threads.iter().all(|thread| *thread == threads[0]));
    assert_ne!(threads[0], thread::current().id());
}

#[test]
fn thread_scopes_run_beside_each_other() {
    let gate = Gate::new();
    let scope = |gate: Gate| {
        scope_thread(async move {
            let meets = gate.clone();
            asyncify!(|| {
                meets.pass();
                thread::current().id()
            })
            .await
        })
    };
    let opener = {
        let gate = gate.clone();
        thread::spawn(move || {
            gate.wait_for(2);
            gate.open();
        })
    };
    let (left, right) = block_on(join(scope(gate.clone()), scope(gate)));
    assert_ne!(left, right);
    opener.join().unwrap();
}

#[test]
fn thread_scopes_nest() {
    block_on(scope_thread(async {
        let outer = here().await;
        let inner = scope_thread(here()).await;
        assert_ne!(inner, outer);
        assert_eq!(here().await, outer);
    }));
}

#[test]
fn state_stays_on_the_thread_of_the_scope() {
    use std::cell::Cell;
    thread_local! { static COUNT: Cell<u32> = const { Cell::new(0) }; }
    let count = block_on(scope_thread(async {
        for _ in 0..4 {
            asyncify!(|| COUNT.set(COUNT.get() + 1)).await;
        }
        asyncify!(|| COUNT.get()).await
    }));
    assert_eq!(count, 4);
}

#[test]
fn call_that_outlives_its_thread_scope_is_refused() {
    let gate = Gate::new();
    let body = gate.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut scope = Box::pin(scope_thread(async {
        let call = asyncify!(|| {
            body.pass();
            // The scope is over by now; this thread is its last.
            let late = BlockingCall::new(|| ());
            sender.send(asyncify_runtime::block_on(late.spawn())).unwrap();
        });
        call.detach().await;
    }));
    assert!(poll_once(&mut scope).is_pending());
    gate.wait_for(1);
    drop(scope);
    gate.open();
    assert!(receiver.recv().unwrap().unwrap_err().is_rejected());
}

#[test]
fn empty_thread_scope_makes_no_thread() {
    assert_eq!(block_on(scope_thread(async { 5 })), 5);
}
