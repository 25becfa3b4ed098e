//! Loom models of thread states and the monitor: every interleaving of two or three threads.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release
//! watchdog::models`

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom::thread;

use super::handle::Config;
use super::monitor::{Mode, Monitor};
use super::report::{EventContext, Report};
use super::thread::Thread;
use super::thread_state::{PollKind, Scan, ThreadState};
use super::watch::WatchInfo;

fn add_thread(monitor: &Monitor) -> Arc<ThreadState> {
    let thread_state = Arc::new(ThreadState::new(Thread::unknown()));
    monitor.add_thread(Arc::clone(&thread_state));
    thread_state
}

fn watch(monitor: &Monitor) -> u64 {
    monitor.watches().add(WatchInfo {
        name: None,
        location: Location::caller(),
        config: Arc::new(Config::new(Duration::ZERO)),
        event_context: EventContext::current(),
    })
}

/// As [`Entered`](super::local::Entered) does.
fn enter(monitor: &Monitor, thread_state: &ThreadState, id: u64) {
    match thread_state.enter(id) {
        PollKind::Outermost { unmonitored: true } => assert!(monitor.wake_or(|| Ok(()))),
        PollKind::Outermost { unmonitored: false } => {}
        PollKind::Nested { .. } => panic!("the poll is not nested"),
    }
}

fn leave(monitor: &Monitor, thread_state: &Arc<ThreadState>) -> bool {
    let reported = thread_state.leave(false);
    if reported {
        monitor.stall_ended(thread_state);
    }
    reported
}

/// Rule 3: the monitor scans while a thread is in a watched poll.
#[test]
fn the_monitor_scans_during_every_poll() {
    loom::model(|| {
        let monitor = Arc::new(Monitor::new());
        let id = watch(&monitor);
        let threads = [add_thread(&monitor), add_thread(&monitor)];
        enter(&monitor, &threads[0], id);
        assert!(!leave(&monitor, &threads[0]));

        let pollers = threads.map(|thread_state| {
            let monitor = Arc::clone(&monitor);
            thread::spawn(move || {
                enter(&monitor, &thread_state, id);
                assert_eq!(monitor.mode(), Mode::Scanning);
            })
        });
        let before = monitor.try_stop_scanning();
        pollers.into_iter().for_each(|poller| poller.join().unwrap());
        assert_eq!(monitor.mode(), Mode::Scanning, "was {before:?}");
        // The monitor cannot park while they are in a poll.
        assert_eq!(monitor.try_stop_scanning(), Mode::Scanning);
    });
}

/// Rule 2: each report of a stall is followed by one report of its end.
#[test]
fn each_reported_stall_ends_once() {
    loom::model(|| {
        let monitor = Arc::new(Monitor::new());
        let id = watch(&monitor);
        let thread_state = add_thread(&monitor);
        enter(&monitor, &thread_state, id);
        let poller = thread::spawn({
            let (monitor, thread_state) = (Arc::clone(&monitor), Arc::clone(&thread_state));
            move || {
                let first = leave(&monitor, &thread_state);
                enter(&monitor, &thread_state, id);
                usize::from(first) + usize::from(leave(&monitor, &thread_state))
            }
        });
        let mut reports = Vec::new();
        for _ in 0..2 {
            reports.append(&mut monitor.scan_at(Instant::now()));
        }
        let ended = poller.join().unwrap();
        reports.append(&mut monitor.scan_at(Instant::now()));

        let stalled = reports.iter().filter(|report| matches!(report, Report::Stalled(_))).count();
        assert_eq!((stalled, reports.len() - stalled), (ended, ended));
        // The end of a stall is reported after the stall.
        assert!(
            reports
                .iter()
                .enumerate()
                .all(|(k, report)| k % 2 == 0 || matches!(report, Report::Ended(_)))
        );
    });
}

/// Rule 1: two scans that read the same word have found the same poll.
#[test]
fn a_new_poll_is_not_taken_for_the_previous_one() {
    loom::model(|| {
        let monitor = Monitor::new();
        let thread_state = add_thread(&monitor);
        assert_eq!(thread_state.enter(7), PollKind::Outermost { unmonitored: true });
        assert_eq!(thread_state.scan(), Scan::New(7));
        let poller = thread::spawn({
            let thread_state = Arc::clone(&thread_state);
            move || {
                assert!(!thread_state.leave(false));
                assert_eq!(thread_state.enter(7), PollKind::Outermost { unmonitored: false });
            }
        });
        let during = thread_state.scan();
        poller.join().unwrap();
        match during {
            Scan::Seen | Scan::Idle => assert_eq!(thread_state.scan(), Scan::New(7)),
            Scan::New(7) => assert_eq!(thread_state.scan(), Scan::Seen),
            other => panic!("{other:?}"),
        }
    });
}

/// The monitor parks only while there are watches, and removing the last one wakes it.
#[test]
fn removing_the_last_watch_stops_the_monitor() {
    loom::model(|| {
        let monitor = Arc::new(Monitor::new());
        let id = watch(&monitor);
        let other = thread::spawn({
            let monitor = Arc::clone(&monitor);
            move || monitor.remove_watch(id)
        });
        // A lost wake-up of the monitor would be a deadlock of the model.
        monitor.park_until_stopped();
        other.join().unwrap();
        assert_eq!(monitor.mode(), Mode::Stopped);
    });
}
