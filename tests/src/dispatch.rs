//! Subscribers of `tracing` for one test of many in a process.

use std::sync::LazyLock;

use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

/// A second dispatcher beside that of a test. While there is only one, `tracing` asks the thread that
/// reaches a callsite first for its current dispatcher, and caches the answer; if that thread runs
/// a test without a subscriber, the callsite stays disabled for the test with one.
static OTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(Registry::default().with(LevelFilter::OFF)));

/// Makes the dispatcher of a test, whatever other tests run at the same time.
#[must_use]
pub fn dispatch<S: Subscriber + Send + Sync + 'static>(subscriber: S) -> Dispatch {
    LazyLock::force(&OTHER);
    Dispatch::new(subscriber)
}
