//! Many empty jobs, awaited together by one task.

use super::Scale;
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;
use futures::future::join_all;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(50_000);
    let watch = Stopwatch::start();
    join_all((0..jobs).map(|_| peer.empty())).await;
    watch.stop(jobs)
}
