//! Many empty jobs, each awaited by a task of its own.

use super::{Scale, run_all};
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(50_000);
    let watch = Stopwatch::start();
    run_all((0..jobs).map(|_| peer.empty())).await;
    watch.stop(jobs)
}
