//! Short computations, more than there are cores: more threads than cores only disturb each other.

use super::Scale;
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;
use crate::work::compute;
use std::time::Duration;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(2_000);
    peer.empty().await;
    let watch = Stopwatch::start();
    let handles: Vec<_> =
        (0..jobs).map(|_| peer.spawn(|| compute(Duration::from_micros(50)))).collect();
    for handle in handles {
        handle.await;
    }
    watch.stop(jobs)
}
