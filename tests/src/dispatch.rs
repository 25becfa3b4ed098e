//! Subscribers of `tracing` for one test of many in a process.

use std::sync::LazyLock;

use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

/// Dispatchers beside that of a test. While there is only one, `tracing` asks the thread that
/// reaches a callsite first for its current dispatcher, and caches the answer; if that thread runs
/// a test without a subscriber, the callsite stays disabled for the test with one. With two, that
/// is over before the dispatcher of the first test is made.
static OTHERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [(); 2].map(|()| Dispatch::new(Registry::default().with(LevelFilter::OFF))));

/// Makes the dispatcher of a test, whatever other tests run at the same time.
#[must_use]
pub fn dispatch<S: Subscriber + Send + Sync + 'static>(subscriber: S) -> Dispatch {
    LazyLock::force(&OTHERS);
    Dispatch::new(subscriber)
}
