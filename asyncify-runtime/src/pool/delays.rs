//! Delays between the steps of a job, as on a busy machine, where any thread may be stopped
//! anywhere. They find tests that depend on which of two threads is faster.
//!
//! Compiled with `--cfg asyncify_delays` only, which `.ci/run delays` passes.

use std::cell::Cell;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

/// Where a thread is delayed.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A submitter outside of the pool, which has queued a job and woken a worker.
    Submitted,
    /// A worker with a job that has not begun.
    Starting,
    /// A worker whose job has ended, and is not counted yet.
    Ended,
    /// A worker that has found no job, and is not idle yet.
    GoingIdle,
}

const DELAY: Duration = Duration::from_millis(5);
/// How often each thread is delayed: some tests submit many thousands of jobs.
const TIMES: u32 = 10;

/// Sleeps if the environment variable `ASYNCIFY_DELAY` names this step.
pub(super) fn at(step: Step) {
    static SELECTED: LazyLock<String> =
        LazyLock::new(|| std::env::var("ASYNCIFY_DELAY").unwrap_or_default());
    thread_local!(static LEFT: Cell<u32> = const { Cell::new(TIMES) });

    let name = match step {
        Step::Submitted => "submitted",
        Step::Starting => "starting",
        Step::Ended => "ended",
        Step::GoingIdle => "going_idle",
    };
    if *SELECTED != name {
        return;
    }
    let left = LEFT.get();
    if left > 0 {
        LEFT.set(left - 1);
        thread::sleep(DELAY);
    }
}
