//! What the tests share: gates in place of sleeps, probes that say where they died, wakers that run
//! code, an executor of a few lines, dispatchers of `tracing`, and an end for tests that hang.

mod deadline;
mod dispatch;
mod executor;
mod gate;
mod hostile_waker;
mod log;
mod probe;

pub use crate::deadline::in_time;
pub use crate::dispatch::dispatch;
pub use crate::executor::{block_on, poll_once};
pub use crate::gate::Gate;
pub use crate::hostile_waker::HostileWaker;
pub use crate::log::{Log, Logged};
pub use crate::probe::{Fate, Probe, probe};

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes that works; what waits for this long hangs.
pub const FOREVER: Duration = Duration::from_secs(90);

/// A moment in which other threads can get in between. It does not yield, as that takes a time
/// slice of every other program that runs.
pub fn moment() {
    for _ in 0..200 {
        std::hint::spin_loop();
    }
}

/// Polls a condition until it holds, where there is nothing to wait on.
///
/// # Panics
///
/// When that takes for ever.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < FOREVER, "waited too long until {what}");
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// What a panic said.
///
/// # Panics
///
/// When it said nothing in words.
#[must_use]
pub fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a panic with words")
}
