//! Short waits on a limited number of threads: the latency of real work.

use super::Scale;
use crate::measure::{Figures, Metric, Stopwatch};
use crate::peers::Peer;
use std::thread;
use std::time::Duration;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(1_000);
    peer.empty().await;
    let watch = Stopwatch::start();
    let handles: Vec<_> =
        (0..jobs).map(|_| peer.spawn(|| thread::sleep(Duration::from_micros(200)))).collect();
    for handle in handles {
        handle.await;
    }
    let done = watch.elapsed();
    let mut figures = watch.stop(jobs);
    figures.push((Metric::Done, done));
    figures
}
