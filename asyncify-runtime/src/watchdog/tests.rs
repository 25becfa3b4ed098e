use std::panic::Location;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::handle::Config;
use super::keeper::{Keeper, Mode};
use super::lane::{Entry, Lane, Look};
use super::tell::{Listener, News};
use super::thread::Thread;
use super::watch::Known;
use crate::Watchdog;

const THRESHOLD: Duration = Duration::from_millis(100);

struct World {
    keeper: Keeper,
    lane: Arc<Lane>,
    start: Instant,
}

impl World {
    fn new() -> Self {
        let keeper = Keeper::new();
        let lane = Arc::new(Lane::new(Thread::current()));
        keeper.add_lane(Arc::clone(&lane));
        Self { keeper, lane, start: Instant::now() }
    }

    fn watch(&self, name: &'static str) -> u64 {
        self.keeper.watches().add(Known {
            name: Some(name.into()),
            location: Location::caller(),
            config: Arc::new(Config::silent(THRESHOLD)),
            listener: Listener::current(),
        })
    }

    fn look(&self, millis: u64) -> Vec<News> {
        self.keeper.look_at(self.start + Duration::from_millis(millis))
    }
}

fn name_and_length(news: &[News]) -> (&str, u128) {
    let [News::Stuck(stall)] = news else { panic!("{news:?}") };
    (stall.name().unwrap_or_default(), stall.length().as_millis())
}

#[test]
fn stall_is_told_once_it_has_lasted_and_when_it_is_over() {
    let world = World::new();
    let entry = world.lane.enter(world.watch("load"));
    assert_eq!(entry, Entry::First { unminded: true });
    assert!(world.look(10).is_empty());
    assert!(world.look(109).is_empty());
    assert_eq!(name_and_length(&world.look(111)), ("load", 101));
    assert!(world.look(500).is_empty(), "told once");

    assert!(world.lane.leave(false));
    world.keeper.over(&world.lane);
    let news = world.look(600);
    let [News::Over(stall)] = news.as_slice() else { panic!("{news:?}") };
    assert!(stall.is_over());
    assert!(world.look(700).is_empty());
}

#[test]
fn many_short_polls_are_no_stall() {
    let world = World::new();
    let id = world.watch("short");
    for look in 0..100 {
        let _ = world.lane.enter(id);
        assert!(world.look(look * 25).is_empty());
        assert!(!world.lane.leave(false));
    }
}

#[test]
fn outermost_poll_is_measured_and_innermost_named() {
    let world = World::new();
    let (outer, middle, inner) =
        (world.watch("outer"), world.watch("middle"), world.watch("inner"));
    let _ = world.lane.enter(outer);
    assert!(world.look(0).is_empty());
    assert_eq!(world.lane.enter(middle), Entry::Nested { around: 0 });
    assert_eq!(world.lane.enter(inner), Entry::Nested { around: middle });
    assert_eq!(name_and_length(&world.look(100)), ("inner", 100));
    world.lane.leave_nested(middle);
    world.lane.leave_nested(0);
    assert!(world.lane.leave(false));
}

#[test]
fn keeper_rests_when_nobody_polls() {
    let world = World::new();
    let id = world.watch("idle");
    let _ = world.lane.enter(id);
    assert!(world.keeper.wake_or(|| Ok(())));
    assert_eq!(world.keeper.try_rest(), Mode::Looking, "somebody polls");
    assert!(!world.lane.leave(false));
    assert_eq!(world.keeper.try_rest(), Mode::Resting);
    assert_eq!(world.lane.enter(id), Entry::First { unminded: true });
    assert!(world.keeper.wake_or(|| panic!("a thread is there")));
    assert!(!world.lane.leave(false));
    world.keeper.end_watch(id);
    assert_eq!(world.keeper.try_rest(), Mode::Away);
    assert_eq!(world.lane.look(), Look::Out);
}

#[test]
fn refused_thread_is_asked_for_again() {
    let world = World::new();
    let id = world.watch("early");
    assert_eq!(world.lane.enter(id), Entry::First { unminded: true });
    assert!(!world.keeper.wake_or(|| Err(std::io::ErrorKind::WouldBlock.into())));
    assert!(!world.lane.leave(true));
    assert_eq!(world.lane.enter(id), Entry::First { unminded: true });
    assert!(world.keeper.wake_or(|| Ok(())));
    assert_eq!(world.keeper.mode(), Mode::Looking);
}

#[test]
fn lane_of_a_thread_goes_with_it() {
    let world = World::new();
    let _ = world.lane.enter(world.watch("gone"));
    world.keeper.remove_lane(&world.lane);
    assert!(world.look(0).is_empty() && world.look(1_000).is_empty());
    assert_eq!(world.keeper.try_rest(), Mode::Resting);
}

/// The whole way, with the thread of the process: the body waits for the report of itself.
#[test]
fn blocked_poll_is_told_while_it_is_blocked() {
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
    assert!(stall.length() >= Duration::from_millis(20));
    assert_eq!(stall.thread_name(), std::thread::current().name());

    let end = ended.recv().expect("a report of the end");
    assert!(end.is_over() && end.length() >= stall.length());
}

#[test]
fn panic_in_a_report_ends_that_report_alone() {
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
