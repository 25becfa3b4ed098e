//! Short jobs that compute or sleep: more of them than threads or cores.

use super::Scale;
use crate::measure::{Figures, Metric, Stopwatch};
use crate::peers::Peer;
use crate::work::{Random, Work};

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale, jobs: usize, work: Work) -> Figures {
    let jobs = scale.of(jobs);
    peer.empty().await;
    let watch = Stopwatch::start();
    let handles: Vec<_> =
        (0..jobs).map(|_| peer.spawn(move || work.run(&mut Random::new(1)))).collect();
    for handle in handles {
        handle.await;
    }
    let done = watch.elapsed();
    let mut figures = watch.stop(jobs);
    figures.push((Metric::Done, done));
    figures
}
