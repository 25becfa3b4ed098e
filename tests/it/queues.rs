//! Bounded queues: calls wait for a place, what cannot wait is refused, and nothing is lost.

use std::sync::{Arc, Mutex};

use asyncify_runtime::{BlockingPool, Shutdown, asyncify};
use asyncify_tests::{Gate, block_on, poll_once, probe};

use crate::occupy;

/// A pool whose one thread is busy and whose one place is taken.
fn full() -> (BlockingPool, Gate) {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let gate = occupy(&pool, 1);
    drop(pool.spawn(|| ()));
    (pool, gate)
}

#[test]
fn awaited_call_waits_for_a_place() {
    let (pool, gate) = full();
    let mut call = Box::pin(asyncify!(|| 7).executor(&pool));
    assert!(poll_once(&mut call).is_pending());
    gate.open();
    assert_eq!(block_on(call), 7);
}

#[test]
fn calls_get_their_places_in_order() {
    let (pool, gate) = full();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut calls: Vec<_> = (0..5)
        .map(|number| {
            let order = Arc::clone(&order);
            let call = asyncify!(move || order.lock().unwrap().push(number));
            Box::pin(call.executor(&pool))
        })
        .collect();
    assert!(calls.iter_mut().all(|call| poll_once(call).is_pending()));
    gate.open();
    block_on(futures::future::join_all(calls));
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}

#[test]
fn call_dropped_while_it_waits_for_a_place_leaves_the_line() {
    let (pool, gate) = full();
    let (held, fate) = probe();
    let mut dropped = Box::pin(asyncify!(move || drop(held)).executor(&pool));
    assert!(poll_once(&mut dropped).is_pending());
    let mut next = Box::pin(asyncify!(|| 7).executor(&pool));
    assert!(poll_once(&mut next).is_pending());
    drop(dropped);
    assert!(fate.now().is_some());
    gate.open();
    assert_eq!(block_on(next), 7);
}

#[test]
fn spawn_on_a_full_queue_ends_as_rejected() {
    let (pool, gate) = full();
    let error = block_on(pool.spawn(|| ())).unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(pool.metrics().rejected, 1);
    gate.open();
}

#[test]
fn try_spawn_gives_the_closure_back() {
    let (pool, gate) = full();
    let (held, fate) = probe();
    let refused = pool.try_spawn(move || {
        drop(held);
        7
    });
    let refused = refused.unwrap_err();
    assert!(refused.is_full());
    assert_eq!(fate.now(), None);
    assert_eq!(refused.into_inner()(), 7);
    gate.open();
    block_on(pool.wait_idle());
    assert_eq!(block_on(pool.try_spawn(|| 8).unwrap()).unwrap(), 8);
}

#[test]
fn reserved_place_is_kept_for_its_holder() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let permit = block_on(pool.reserve()).unwrap();
    assert!(pool.try_spawn(|| ()).unwrap_err().is_full());
    assert_eq!(block_on(permit.spawn(|| 7)).unwrap(), 7);
    let unused = block_on(pool.reserve()).unwrap();
    drop(unused);
    assert_eq!(block_on(pool.try_spawn(|| 8).unwrap()).unwrap(), 8);
}

#[test]
fn shutdown_ends_the_wait_for_a_place() {
    let (pool, gate) = full();
    let mut waiting = Box::pin(pool.reserve());
    assert!(poll_once(&mut waiting).is_pending());
    let mut shutdown = Box::pin(pool.shutdown(Shutdown::Drain));
    assert!(poll_once(&mut shutdown).is_pending());
    assert!(block_on(waiting).is_err());
    gate.open();
    block_on(shutdown);
}
