//! The token of a running body.

use std::sync::mpsc;

use asyncify_runtime::{CancellationToken, asyncify, cancellation_token, is_cancelled};
use asyncify_tests::{FOREVER, Gate, block_on, poll_once};

#[test]
fn token_is_cancelled_with_its_call_and_not_before() {
    let (sender, receiver) = mpsc::channel();
    let mut call = asyncify!(|| {
        let token = cancellation_token();
        sender.send((token.clone(), token.is_cancelled())).unwrap();
        asyncify_runtime::block_on(token.cancelled());
        sender.send((token, is_cancelled())).unwrap();
    });
    assert!(poll_once(&mut call).is_pending());
    let (token, before) = receiver.recv_timeout(FOREVER).unwrap();
    assert!(!before && !token.is_cancelled());
    drop(call);
    let (token, asked) = receiver.recv_timeout(FOREVER).unwrap();
    assert!(asked && token.is_cancelled());
}

#[test]
fn token_that_is_asked_for_after_the_cancellation_says_so() {
    let gate = Gate::new();
    let (sender, receiver) = mpsc::channel();
    let body = gate.clone();
    let handle = asyncify!(|| {
        body.pass();
        sender.send(cancellation_token().is_cancelled()).unwrap();
    })
    .spawn();
    gate.wait_for(1);
    handle.abort();
    gate.open();
    assert!(receiver.recv_timeout(FOREVER).unwrap());
}

#[test]
fn children_of_the_token_reach_other_threads() {
    let gate = Gate::new();
    let body = gate.clone();
    let mut call = asyncify!(|| {
        let part = cancellation_token().child_token();
        let waiter = std::thread::spawn(move || block_on(part.cancelled()));
        body.pass();
        waiter.join().unwrap();
        body.pass();
    });
    assert!(poll_once(&mut call).is_pending());
    gate.wait_for(1);
    drop(call);
    gate.open();
    gate.wait_for(2);
}

#[test]
fn two_questions_give_the_same_token() {
    let seen = asyncify!(|| {
        cancellation_token().cancel();
        (cancellation_token().is_cancelled(), is_cancelled())
    });
    // Cancelling it by hand is the body's own affair: its call was not cancelled.
    assert_eq!(block_on(seen), (true, false));
}

#[test]
fn outside_of_any_body_nobody_cancels() {
    assert!(!cancellation_token().is_cancelled());
    assert!(!is_cancelled());
}

#[test]
fn guard_cancels_unless_it_is_disarmed() {
    let token = CancellationToken::new();
    let token = token.drop_guard().disarm();
    assert!(!token.is_cancelled());
    drop(token.clone().drop_guard());
    assert!(token.is_cancelled());
}
