//! Bounded queues: calls wait for a place, what cannot wait is refused, and nothing is lost.
//! `asyncify-runtime/src/pool/tests` tests a pool alone, under Miri too.

use std::sync::{Arc, Mutex};

use asyncify_runtime::{BlockingPool, asyncify};
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
