//! Arguments die as those of a plain function do: on the pool, in the same order, unused or not.

use std::thread;

use asyncify_runtime::sync_to_async;
use asyncify_tests::{Log, Logged, Probe, block_on, probe};

/// Writes a function twice, plain and annotated, and compares what each logs.
macro_rules! same_drops {
    ($(#[$attr:meta])* $name:ident($($param:pat => $ty:ty = $value:expr),*; $log:ident) $body:block) => {
        #[test]
        fn $name() {
            mod plain {
                use super::*;
                pub(super) fn run($log: &Log, $($param: $ty),*) $body
            }
            mod annotated {
                use super::*;
                #[sync_to_async]
                pub(super) fn run($log: &Log, $($param: $ty),*) $body
            }
            mod annotated_async {
                use super::*;
                #[sync_to_async]
                pub(super) async fn run($log: &Log, $($param: $ty),*) $body
            }
            let expected = {
                let $log = Log::new();
                plain::run(&$log, $($value),*);
                $log.lines()
            };
            assert!(!expected.is_empty());
            let sync = {
                let $log = Log::new();
                block_on(annotated::run(&$log, $($value),*));
                $log.lines()
            };
            assert_eq!(sync, expected);
            let asynchronous = {
                let $log = Log::new();
                block_on(annotated_async::run(&$log, $($value),*));
                $log.lines()
            };
            assert_eq!(asynchronous, expected);
        }
    };
}

same_drops! {
    named_arguments_drop_in_reverse(
        _a => Logged = log.at_drop("a"),
        _b => Logged = log.at_drop("b"),
        _c => Logged = log.at_drop("c");
        log
    ) {
        let _local = log.at_drop("local");
        log.write("body");
    }
}

same_drops! {
    wild_arguments_live_as_long_as_the_body(
        _a => Logged = log.at_drop("a"),
        _ => Logged = log.at_drop("wild"),
        _b => Logged = log.at_drop("b");
        log
    ) {
        let _local = log.at_drop("local");
        log.write("body");
    }
}

same_drops! {
    partly_bound_arguments_drop_as_a_whole_would(
        (_first, _) => (Logged, Logged) = (log.at_drop("first"), log.at_drop("rest")),
        _last => Logged = log.at_drop("last");
        log
    ) {
        log.write("body");
    }
}

same_drops! {
    moved_arguments_drop_where_the_body_drops_them(
        a => Logged = log.at_drop("a"),
        b => Logged = log.at_drop("b");
        log
    ) {
        drop(a);
        log.write("between");
        drop(b);
    }
}

same_drops! {
    early_return_drops_everything(
        _a => Logged = log.at_drop("a"),
        b => bool = true;
        log
    ) {
        let _before = log.at_drop("before");
        if b {
            log.write("early");
            return;
        }
        log.write("late");
    }
}

#[sync_to_async]
fn ignores(_: Probe, _unused: Probe) -> thread::ThreadId {
    thread::current().id()
}

#[sync_to_async]
fn mentions_neither(left: Probe, (right, _): (Probe, u8)) -> thread::ThreadId {
    let _ = &left;
    let _ = &right;
    thread::current().id()
}

struct Owner(Probe);

impl Owner {
    #[sync_to_async]
    fn ignores(self, _: Probe) -> thread::ThreadId {
        thread::current().id()
    }
}

#[test]
fn unused_arguments_die_on_the_pool() {
    let ((a, fate_a), (b, fate_b)) = (probe(), probe());
    let worker = block_on(ignores(a, b));
    assert_ne!(worker, thread::current().id());
    assert_eq!((fate_a.wait(), fate_b.wait()), (worker, worker));

    let ((a, fate_a), (b, fate_b)) = (probe(), probe());
    let worker = block_on(mentions_neither(a, (b, 1)));
    assert_eq!((fate_a.wait(), fate_b.wait()), (worker, worker));
}

#[test]
fn receiver_dies_on_the_pool() {
    let ((a, fate_a), (b, fate_b)) = (probe(), probe());
    let owner = Owner(a);
    let _: &Probe = &owner.0;
    let worker = block_on(owner.ignores(b));
    assert_eq!((fate_a.wait(), fate_b.wait()), (worker, worker));
}

#[test]
fn arguments_of_a_call_that_is_never_polled_die_with_it() {
    let ((a, fate_a), (b, fate_b)) = (probe(), probe());
    let call = ignores(a, b);
    assert_eq!(fate_a.now(), None);
    drop(call);
    let here = thread::current().id();
    assert_eq!((fate_a.now(), fate_b.now()), (Some(here), Some(here)));
}
