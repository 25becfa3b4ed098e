//! A burst that needs many threads, and then so few jobs that one thread can run them: the number
//! of threads two seconds later, with a keep-alive of one second.

use super::Scale;
use crate::measure::{Figures, Metric, count};
use crate::peers::Peer;
use crate::system;
use futures::future::join_all;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use tokio::time::interval;

const BURST: usize = 100;
const GAP: Duration = Duration::from_micros(1_000_000 / 160);

pub(super) async fn sample<P: Peer>(peer: P, _: Scale) -> Figures {
    // No job ends before all have started, each on its own thread.
    let all_run = Arc::new(Barrier::new(BURST));
    join_all((0..BURST).map(|_| {
        let all_run = Arc::clone(&all_run);
        peer.spawn(move || {
            all_run.wait();
        })
    }))
    .await;
    let mut ticks = interval(GAP);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        peer.empty().await;
        ticks.tick().await;
    }
    system::pool_threads()
        .map(|threads| (Metric::Threads, count(threads.len())))
        .into_iter()
        .collect()
}
