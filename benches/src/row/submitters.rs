//! Tasks at the same time, each with one empty call after the other.

use super::Scale;
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale, submitters: usize) -> Figures {
    let calls = scale.of(40_000) / submitters;
    let watch = Stopwatch::start();
    let tasks: Vec<_> = (0..submitters)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..calls {
                    peer.empty().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the job does not panic");
    }
    watch.stop(submitters * calls)
}
