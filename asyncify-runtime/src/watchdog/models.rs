//! Loom models of the lane and the keeper: every interleaving of two or three threads.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release watchdog::models`

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom::thread;

use super::handle::Config;
use super::keeper::{Keeper, Mode};
use super::lane::{Entry, Lane, Look};
use super::tell::{Listener, News};
use super::thread::Thread;
use super::watch::Known;

fn lane(keeper: &Keeper) -> Arc<Lane> {
    let lane = Arc::new(Lane::new(Thread::unknown()));
    keeper.add_lane(Arc::clone(&lane));
    lane
}

fn watch(keeper: &Keeper) -> u64 {
    keeper.watches().add(Known {
        name: None,
        location: Location::caller(),
        config: Arc::new(Config::silent(Duration::ZERO)),
        listener: Listener::current(),
    })
}

/// As [`Entered`](super::local::Entered) does.
fn enter(keeper: &Keeper, lane: &Lane, id: u64) {
    match lane.enter(id) {
        Entry::First { unminded: true } => assert!(keeper.wake_or(|| Ok(()))),
        Entry::First { unminded: false } => {}
        Entry::Nested { .. } => panic!("one at a time"),
    }
}

fn leave(keeper: &Keeper, lane: &Arc<Lane>) -> bool {
    let reported = lane.leave(false);
    if reported {
        keeper.over(lane);
    }
    reported
}

/// Rule 3: whoever is in a poll has a keeper that looks.
#[test]
fn nobody_polls_unminded() {
    loom::model(|| {
        let keeper = Arc::new(Keeper::new());
        let id = watch(&keeper);
        let lanes = [lane(&keeper), lane(&keeper)];
        enter(&keeper, &lanes[0], id);
        assert!(!leave(&keeper, &lanes[0]));

        let pollers = lanes.map(|lane| {
            let keeper = Arc::clone(&keeper);
            thread::spawn(move || {
                enter(&keeper, &lane, id);
                assert_eq!(keeper.mode(), Mode::Looking);
            })
        });
        let rested = keeper.try_rest();
        pollers.into_iter().for_each(|poller| poller.join().unwrap());
        assert_eq!(keeper.mode(), Mode::Looking, "rested as {rested:?}");
        // And it cannot rest while they are in.
        assert_eq!(keeper.try_rest(), Mode::Looking);
    });
}

/// Rule 2: each report of a stall has its end, and no other poll has one.
#[test]
fn what_is_reported_ends_once() {
    loom::model(|| {
        let keeper = Arc::new(Keeper::new());
        let id = watch(&keeper);
        let lane = lane(&keeper);
        enter(&keeper, &lane, id);
        let poller = thread::spawn({
            let (keeper, lane) = (Arc::clone(&keeper), Arc::clone(&lane));
            move || {
                let first = leave(&keeper, &lane);
                enter(&keeper, &lane, id);
                usize::from(first) + usize::from(leave(&keeper, &lane))
            }
        });
        let mut news = Vec::new();
        for _ in 0..2 {
            news.append(&mut keeper.look_at(Instant::now()));
        }
        let ended = poller.join().unwrap();
        news.append(&mut keeper.look_at(Instant::now()));

        let stuck = news.iter().filter(|news| matches!(news, News::Stuck(_))).count();
        assert_eq!((stuck, news.len() - stuck), (ended, ended));
        // The end of a stall is told after its begin.
        assert!(
            news.iter().enumerate().all(|(k, news)| k % 2 == 0 || matches!(news, News::Over(_)))
        );
    });
}

/// Rule 1: two looks that find the same word find the same poll.
#[test]
fn a_new_poll_is_never_taken_for_the_last() {
    loom::model(|| {
        let keeper = Keeper::new();
        let lane = lane(&keeper);
        assert_eq!(lane.enter(7), Entry::First { unminded: true });
        assert_eq!(lane.look(), Look::Fresh(7));
        let poller = thread::spawn({
            let lane = Arc::clone(&lane);
            move || {
                assert!(!lane.leave(false));
                assert_eq!(lane.enter(7), Entry::First { unminded: false });
            }
        });
        let during = lane.look();
        poller.join().unwrap();
        match during {
            Look::Seen | Look::Out => assert_eq!(lane.look(), Look::Fresh(7)),
            Look::Fresh(7) => assert_eq!(lane.look(), Look::Seen),
            other => panic!("{other:?}"),
        }
    });
}

/// The keeper parks only while something is watched, and the last watch rings for it.
#[test]
fn the_last_watch_ends_the_rest() {
    loom::model(|| {
        let keeper = Arc::new(Keeper::new());
        let id = watch(&keeper);
        let other = thread::spawn({
            let keeper = Arc::clone(&keeper);
            move || keeper.end_watch(id)
        });
        // A keeper that missed the bell would be a deadlock of the model.
        keeper.rest_to_the_end();
        other.join().unwrap();
        assert_eq!(keeper.mode(), Mode::Away);
    });
}
