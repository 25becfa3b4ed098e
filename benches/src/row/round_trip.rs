//! Sequential empty calls: the time from a call to its result.

use super::Scale;
use crate::measure::{Figures, Metric, Stopwatch, Times};
use crate::peers::Peer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let trips = scale.of(20_000);
    let mut times = Times::new();
    let watch = Stopwatch::start();
    for _ in 0..trips {
        let start = Instant::now();
        peer.empty().await;
        times.record(start.elapsed());
    }
    figures(watch, trips, &times)
}

/// Two threads that unpark each other: the cost in every pool whose worker and caller are both
/// parked.
pub(super) fn ping_pong(scale: Scale) -> Figures {
    let trips = scale.of(20_000);
    let here = thread::current();
    let ball_is_there = AtomicBool::new(false);
    let wait_until = |there: bool| {
        while ball_is_there.load(Ordering::Acquire) != there {
            thread::park();
        }
    };
    let mut times = Times::new();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            for _ in 0..trips {
                wait_until(true);
                ball_is_there.store(false, Ordering::Release);
                here.unpark();
            }
        });
        let watch = Stopwatch::start();
        for _ in 0..trips {
            let start = Instant::now();
            ball_is_there.store(true, Ordering::Release);
            other.thread().unpark();
            wait_until(false);
            times.record(start.elapsed());
        }
        figures(watch, trips, &times)
    })
}

fn figures(watch: Stopwatch, trips: usize, times: &Times) -> Figures {
    let mut figures = watch.stop(trips);
    figures.push((Metric::RoundTrip, times.quantile(0.5)));
    figures
}
