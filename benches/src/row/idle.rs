//! An idle pool: how often its threads run.

use super::Scale;
use crate::measure::{Figures, Metric};
use crate::peers::Peer;
use crate::system;
use futures::future::join_all;
use std::time::Duration;

pub(super) async fn sample<P: Peer>(peer: P, scale: Scale) -> Figures {
    join_all((0..100).map(|_| peer.spawn(|| std::thread::sleep(Duration::from_millis(1))))).await;
    // The threads of the last jobs have not parked yet.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let Some(pool) = system::pool_threads() else { return Vec::new() };
    let before = system::context_switches(&pool);
    tokio::time::sleep(match scale {
        Scale::Full => Duration::from_secs(5),
        Scale::Quick => Duration::from_secs(1),
    })
    .await;
    let switches = system::context_switches(&pool) - before;
    // Exact: far below 2^32 in 5 seconds.
    vec![(Metric::Switches, f64::from(u32::try_from(switches).unwrap_or(u32::MAX)))]
}
