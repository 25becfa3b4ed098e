//! Settles a delivery, and tries again while the engine cannot be reached.

use std::future::poll_fn;
use std::time::{Duration, Instant};

use super::metrics::Stats;
use crate::call::Timer;
use crate::error::Error;
use crate::error::remote::RemoteError;
use crate::remote::engine::{Delivery, Settlement};
use crate::remote::envelope::Outcome;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn settle(stats: &Stats, delivery: &dyn Delivery, mut how: Settlement) {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match delivery.settle(&how).await {
            Ok(()) => return stats.settled(&how),
            Err(error) => error,
        };
        match (&error, &how) {
            (Error::Remote(RemoteError::LeaseLost), _) => return stats.lost(),
            (Error::Remote(RemoteError::Unavailable { .. }), _) => {
                // Even a lease that has ended does no harm: the first outcome counts.
                if started.elapsed() > delivery.lease().saturating_mul(2) {
                    return stats.lost();
                }
                let mut timer = Timer::new(pause);
                poll_fn(|cx| timer.poll(cx)).await;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            // The result is refused, as too long or for lack of room: the caller is told.
            (_, Settlement::Complete(outcome)) if outcome.error().is_none() => {
                how = Settlement::Complete(Outcome::failed(error));
            }
            _ => return stats.lost(),
        }
    }
}
