//! A very long queue: the heap that a queued job uses, and whether the cost of submission grows
//! with the queue.

use super::Scale;
use crate::alloc;
use crate::measure::{Figures, Metric, count};
use crate::peers::Peer;
use futures::future::join_all;
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::time::Instant;

/// The threads of the pool, which are all blocked while the queue is filled.
pub(super) const THREADS: usize = 4;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(1_000_000);
    // First, because some queues keep their capacity.
    let bytes = fill(peer, jobs, true).await.bytes;
    let few = fill(peer, jobs / 10, false).await.nanoseconds;
    let many = fill(peer, jobs, false).await.nanoseconds;
    vec![(Metric::Wall, many), (Metric::Growth, many / few), (Metric::Bytes, bytes)]
}

/// The cost of one job.
struct Cost {
    nanoseconds: f64,
    bytes: f64,
}

async fn fill<P: Peer>(peer: P, jobs: usize, count_bytes: bool) -> Cost {
    let gate = Arc::new(Mutex::new(()));
    let busy = Arc::new(Barrier::new(THREADS + 1));
    let mut handles = Vec::with_capacity(jobs);
    let (cost, blockers) = {
        let _closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let blockers: Vec<_> = (0..THREADS)
            .map(|_| {
                let (gate, busy) = (Arc::clone(&gate), Arc::clone(&busy));
                peer.spawn(move || {
                    busy.wait();
                    drop(gate.lock());
                })
            })
            .collect();
        busy.wait();
        let counter = count_bytes.then(alloc::count);
        let start = Instant::now();
        handles.extend((0..jobs).map(|_| peer.spawn(|| ())));
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / count(jobs);
        let live = counter.map_or(0, |counter| counter.stop().live);
        let bytes = count(usize::try_from(live).unwrap_or(0)) / count(jobs);
        (Cost { nanoseconds, bytes }, blockers)
    };
    join_all(blockers).await;
    for handle in handles {
        handle.await;
    }
    cost
}
