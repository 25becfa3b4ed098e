//! Concurrent tasks that make sequential empty calls.

use super::{Scale, run_all};
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale, submitters: usize) -> Figures {
    let calls = scale.of(40_000) / submitters;
    let watch = Stopwatch::start();
    run_all((0..submitters).map(|_| async move {
        for _ in 0..calls {
            peer.empty().await;
        }
    }))
    .await;
    watch.stop(submitters * calls)
}
