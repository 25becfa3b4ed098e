//! tokio's benchmark of its own pool: tasks that submit a batch of empty jobs, await them in order,
//! and continue with the next batch.

use super::{Scale, run_all};
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;
use std::hint;

const TASKS: usize = 16;
const BATCH: usize = 16;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let batches = scale.of(100);
    let watch = Stopwatch::start();
    run_all((0..TASKS).map(|_| async move {
        for _ in 0..batches {
            let batch: Vec<_> = (0..BATCH).map(|_| peer.spawn(|| hint::black_box(0))).collect();
            for job in batch {
                hint::black_box(job.await);
            }
        }
    }))
    .await;
    watch.stop(TASKS * batches * BATCH)
}
