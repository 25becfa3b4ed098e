//! The thread of the watchdog, in a process where nothing else is watched: it is there while
//! something is watched, and makes no context switch while nothing is polled.
#![cfg(target_os = "linux")]

use std::fs;
use std::future::pending;
use std::pin::pin;
use std::sync::mpsc;
use std::thread::sleep;
use std::time::Duration;

use asyncify_runtime::Watchdog;
use asyncify_tests::{block_on, poll_once, until};

/// The context switches of the watchdog's thread so far, if it is there.
fn switches() -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux has it");
    let mut paths = tasks.map(|task| task.expect("an entry of it").path());
    // A thread may end between two looks.
    let path = paths.find(|path| {
        fs::read_to_string(path.join("comm")).is_ok_and(|name| name.starts_with("asyncify-watch"))
    })?;
    let status = fs::read_to_string(path.join("status")).ok()?;
    let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
    Some(counts.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum())
}

#[test]
fn thread_looks_while_needed_parks_while_idle_and_ends() {
    let (sender, receiver) = mpsc::channel();
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(20))
        .on_stall(move |_| sender.send(()).expect("the test waits"))
        .build();
    assert_eq!(switches(), None, "a thread without a watch");

    for _ in 0..2 {
        {
            let mut watched = pin!(watchdog.watch(pending::<()>()));
            assert!(poll_once(&mut watched).is_pending());
            block_on(watchdog.watch(async { receiver.recv().expect("a report") }));
            assert!(switches().is_some());

            // It would look twenty times in each of these.
            let mut before = None;
            until("an idle thread parks", || {
                sleep(Duration::from_millis(100));
                let now = switches();
                assert!(now.is_some(), "it is kept for what is watched");
                std::mem::replace(&mut before, now) == now
            });
        }
        until("the thread ends after the last watch", || switches().is_none());
    }
}
