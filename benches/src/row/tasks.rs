//! Many empty jobs, each awaited by a task of its own.

use super::Scale;
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    let jobs = scale.of(50_000);
    let watch = Stopwatch::start();
    let tasks: Vec<_> = (0..jobs).map(|_| tokio::spawn(peer.empty())).collect();
    for task in tasks {
        task.await.expect("the job does not panic");
    }
    watch.stop(jobs)
}
