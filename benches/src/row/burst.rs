//! Many blocking requests arrive at once: the cost of each submission to the event loop, and the
//! time until all are done.

use super::Scale;
use crate::measure::{Figures, Metric, Stopwatch, Times};
use crate::peers::Peer;
use std::thread;
use std::time::{Duration, Instant};

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(400);
    peer.empty().await;
    let mut times = Times::new();
    let mut handles = Vec::with_capacity(jobs);
    let watch = Stopwatch::start();
    for _ in 0..jobs {
        let start = Instant::now();
        let handle = peer.spawn(|| thread::sleep(Duration::from_millis(5)));
        times.record(start.elapsed());
        handles.push(handle);
    }
    for handle in handles {
        handle.await;
    }
    let done = watch.elapsed();
    let mut figures = watch.stop(jobs);
    figures.extend([
        (Metric::SubmitMean, times.mean()),
        (Metric::SubmitP99, times.quantile(0.99)),
        (Metric::Done, done),
    ]);
    figures
}
