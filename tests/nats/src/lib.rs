//! What the tests of `asyncify-nats` share: servers, relays, worker programs and their functions.

pub mod relay;
pub mod server;
pub mod tasks;
pub mod trace;
pub mod workers;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use asyncify_nats::Nats;
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Engine as _, TaskId};
use serde::de::DeserializeOwned;

thread_local! {
    static ENGINE: RefCell<Option<Nats>> = const { RefCell::new(None) };
}

/// Sets the engine of the calls on this thread: each test has a server of its own.
pub fn use_engine(engine: &Nats) {
    ENGINE.set(Some(engine.clone()));
}

/// The engine of this thread.
#[must_use]
pub fn engine() -> Nats {
    ENGINE.with_borrow(Clone::clone).expect("`use_engine` was called")
}

/// Waits until a condition holds, which a test polls for up to 90 seconds.
///
/// # Panics
///
/// If it does not hold in time.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(90);
    while !holds() {
        assert!(Instant::now() < limit, "still not: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for the result of a task that anyone has submitted.
///
/// # Errors
///
/// Those of the task.
pub async fn outcome<T: DeserializeOwned>(id: &TaskId) -> Result<T, Error> {
    engine().outcome(id.clone()).await?.result()
}
