//! Watchdogs.

use std::sync::mpsc;
use std::time::Duration;

use asyncify_runtime::Watchdog;
use asyncify_runtime::observe::Registry;
use asyncify_tests::block_on;

use crate::{record, rows};

#[test]
fn stalls_are_counted_while_they_last_and_when_they_are_over() {
    let (sender, receiver) = mpsc::channel();
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(4))
        .on_stall(move |stall| sender.send(stall.duration()).expect("the test waits"))
        .build();
    let registry = Registry::new();
    registry.watchdog("requests", &watchdog);
    let label = ("watchdog.name".to_owned(), "requests".to_owned());
    assert!(rows(&registry).iter().all(|row| row.labels[0] == label));
    record(&registry).assert("watchdog.", [("thread.stalled", 0), ("stalls", 0)]);

    for stalls in 1..=2 {
        let before = record(&registry).get("watchdog.total_stall_time");
        let blocks = async {
            let length = receiver.recv().expect("a report");
            (length, record(&registry))
        };
        let (length, during) = block_on(watchdog.watch(blocks));
        during.assert("watchdog.", [("thread.stalled", 1), ("stalls", stalls)]);
        let after = record(&registry);
        after.assert("watchdog.", [("thread.stalled", 0), ("stalls", stalls)]);
        let time = after.get("watchdog.total_stall_time") - before;
        assert!(time >= length.as_secs_f64() * 0.99e6, "{time} microseconds, after {length:?}");
    }
}

#[test]
fn a_watchdog_is_published_while_something_is_watched() {
    let watchdog = Watchdog::new();
    let registry = Registry::new();
    registry.watchdog("short", &watchdog);
    let watched = watchdog.watch(async {});
    drop(watchdog);
    assert_eq!(registry.snapshot().watchdogs.len(), 1);
    drop(watched);
    assert_eq!(registry.snapshot().watchdogs.len(), 0);
}
