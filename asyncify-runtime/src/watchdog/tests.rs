use std::panic::Location;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::handle::Config;
use super::monitor::{Mode, Monitor};
use super::report::{EventContext, Report};
use super::thread::Thread;
use super::thread_state::{PollKind, Scan, ThreadState};
use super::watch::WatchInfo;
use crate::Watchdog;

const THRESHOLD: Duration = Duration::from_millis(100);

struct Fixture {
    monitor: Monitor,
    thread_state: Arc<ThreadState>,
    start: Instant,
}

impl Fixture {
    fn new() -> Self {
        let monitor = Monitor::new();
        let thread_state = Arc::new(ThreadState::new(Thread::current()));
        monitor.add_thread(Arc::clone(&thread_state));
        Self { monitor, thread_state, start: Instant::now() }
    }

    fn watch(&self, name: &'static str) -> u64 {
        self.monitor.watches().add(WatchInfo {
            name: Some(name.into()),
            location: Location::caller(),
            config: Arc::new(Config::new(THRESHOLD)),
            event_context: EventContext::current(),
        })
    }

    fn scan(&self, millis: u64) -> Vec<Report> {
        self.monitor.scan_at(self.start + Duration::from_millis(millis))
    }
}

fn name_and_length(reports: &[Report]) -> (&str, u128) {
    let [Report::Stalled(stall)] = reports else { panic!("{reports:?}") };
    (stall.name().unwrap_or_default(), stall.duration().as_millis())
}

#[test]
fn a_stall_is_reported_after_the_threshold_and_when_it_is_over() {
    let fixture = Fixture::new();
    let entry = fixture.thread_state.enter(fixture.watch("load"));
    assert_eq!(entry, PollKind::Outermost { unmonitored: true });
    assert!(fixture.scan(10).is_empty());
    assert!(fixture.scan(109).is_empty());
    assert_eq!(name_and_length(&fixture.scan(111)), ("load", 101));
    assert!(fixture.scan(500).is_empty(), "reported once");

    assert!(fixture.thread_state.leave(false));
    fixture.monitor.stall_ended(&fixture.thread_state);
    let reports = fixture.scan(600);
    let [Report::Ended(stall)] = reports.as_slice() else { panic!("{reports:?}") };
    assert!(stall.is_over());
    assert!(fixture.scan(700).is_empty());
}

#[test]
fn many_short_polls_are_not_a_stall() {
    let fixture = Fixture::new();
    let id = fixture.watch("short");
    for scan in 0..100 {
        let _ = fixture.thread_state.enter(id);
        assert!(fixture.scan(scan * 25).is_empty());
        assert!(!fixture.thread_state.leave(false));
    }
}

#[test]
fn the_outermost_poll_is_measured_and_the_innermost_named() {
    let fixture = Fixture::new();
    let (outer, middle, inner) =
        (fixture.watch("outer"), fixture.watch("middle"), fixture.watch("inner"));
    let _ = fixture.thread_state.enter(outer);
    assert!(fixture.scan(0).is_empty());
    assert_eq!(fixture.thread_state.enter(middle), PollKind::Nested { outer: 0 });
    assert_eq!(fixture.thread_state.enter(inner), PollKind::Nested { outer: middle });
    assert_eq!(name_and_length(&fixture.scan(100)), ("inner", 100));
    fixture.thread_state.leave_nested(middle);
    fixture.thread_state.leave_nested(0);
    assert!(fixture.thread_state.leave(false));
}

#[test]
fn the_monitor_parks_when_there_are_no_polls() {
    let fixture = Fixture::new();
    let id = fixture.watch("idle");
    let _ = fixture.thread_state.enter(id);
    assert!(fixture.monitor.wake_or(|| Ok(())));
    assert_eq!(fixture.monitor.try_stop_scanning(), Mode::Scanning, "a thread is in a poll");
    assert!(!fixture.thread_state.leave(false));
    assert_eq!(fixture.monitor.try_stop_scanning(), Mode::Parked);
    assert_eq!(fixture.thread_state.enter(id), PollKind::Outermost { unmonitored: true });
    assert!(fixture.monitor.wake_or(|| panic!("the thread exists")));
    assert!(!fixture.thread_state.leave(false));
    fixture.monitor.remove_watch(id);
    assert_eq!(fixture.monitor.try_stop_scanning(), Mode::Stopped);
    assert_eq!(fixture.thread_state.scan(), Scan::Idle);
}

#[test]
fn creating_the_thread_is_retried() {
    let fixture = Fixture::new();
    let id = fixture.watch("early");
    assert_eq!(fixture.thread_state.enter(id), PollKind::Outermost { unmonitored: true });
    assert!(!fixture.monitor.wake_or(|| Err(std::io::ErrorKind::WouldBlock.into())));
    assert!(!fixture.thread_state.leave(true));
    assert_eq!(fixture.thread_state.enter(id), PollKind::Outermost { unmonitored: true });
    assert!(fixture.monitor.wake_or(|| Ok(())));
    assert_eq!(fixture.monitor.mode(), Mode::Scanning);
}

#[test]
fn the_state_of_a_thread_is_removed_with_it() {
    let fixture = Fixture::new();
    let _ = fixture.thread_state.enter(fixture.watch("gone"));
    fixture.monitor.remove_thread(&fixture.thread_state);
    assert!(fixture.scan(0).is_empty() && fixture.scan(1_000).is_empty());
    assert_eq!(fixture.monitor.try_stop_scanning(), Mode::Parked);
}

/// End to end, with the monitor of the process: the future waits for the report of its own stall.
#[test]
fn a_blocked_poll_is_reported_while_it_blocks() {
    let (sender, receiver) = mpsc::channel();
    let (over, ended) = mpsc::channel();
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(20))
        .on_stall(move |stall| sender.send(stall.clone()).expect("the test waits"))
        .on_stall_over(move |stall| over.send(stall.clone()).expect("the test waits"))
        .build();
    let line = line!() + 1;
    let watched = watchdog.watch(async move { receiver.recv() }).named("stuck");
    let stall = futures::executor::block_on(watched).expect("a report");
    assert_eq!((stall.name(), stall.is_over()), (Some("stuck"), false));
    assert_eq!((stall.location().file(), stall.location().line()), (file!(), line));
    assert!(stall.duration() >= Duration::from_millis(20));
    assert_eq!(stall.thread_name(), std::thread::current().name());

    let end = ended.recv().expect("a report of the end");
    assert!(end.is_over() && end.duration() >= stall.duration());
}

#[test]
fn a_panic_in_a_callback_affects_only_its_report() {
    let (sender, receiver) = mpsc::channel();
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(4))
        .on_stall(move |_| {
            sender.send(()).expect("the test waits");
            panic!("on purpose");
        })
        .build();
    for _ in 0..2 {
        let watched = watchdog.watch(async { receiver.recv() });
        assert_eq!(futures::executor::block_on(watched), Ok(()));
    }
}
