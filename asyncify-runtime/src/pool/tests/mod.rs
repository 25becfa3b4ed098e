//! Tests of real pools, through their public interface.

mod basic;
mod bounded;
mod elastic;
mod failure;
mod nested;
mod shutdown;
mod stress;

use super::{BlockingPool, BlockingPoolBuilder, PoolMetrics, Shutdown};
use std::ops::Deref;
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub(super) use futures::executor::block_on;

/// A pool that is shut down at the end of the test, so that no thread outlives it.
struct TestPool(BlockingPool);

fn pool(configure: impl FnOnce(BlockingPoolBuilder) -> BlockingPoolBuilder) -> TestPool {
    TestPool(configure(BlockingPool::builder()).build().expect("threads can be spawned"))
}

impl Deref for TestPool {
    type Target = BlockingPool;

    fn deref(&self) -> &BlockingPool {
        &self.0
    }
}

impl Drop for TestPool {
    fn drop(&mut self) {
        // A test that fails may leave jobs behind that never end.
        if !std::thread::panicking() {
            block_on(self.shutdown(Shutdown::Drain));
        }
    }
}

/// Fewer rounds under miri, which runs each a thousand times slower.
fn rounds(natively: usize) -> usize {
    if cfg!(miri) { natively.div_ceil(100).min(4) } else { natively }
}

/// Long enough for a busy machine; what takes longer never happens.
const TIMEOUT: Duration = Duration::from_secs(if cfg!(miri) { 1000 } else { 60 });

/// Waits until the metrics fulfil a condition, and fails after [`TIMEOUT`].
#[track_caller]
fn eventually(pool: &BlockingPool, holds: impl Fn(PoolMetrics) -> bool) -> PoolMetrics {
    // Workers notify it whenever they go idle or exit.
    let changed = &pool.shared().host.termination;
    let mut metrics = pool.metrics();
    let is_done = || {
        metrics = pool.metrics();
        holds(metrics)
    };
    let in_time = changed.block_until(is_done, Some(Instant::now() + TIMEOUT));
    assert!(in_time, "timed out: {metrics:?}");
    metrics
}

/// Controls a job that reports when it runs, and then waits until the gate is opened.
struct Gate {
    entered: mpsc::Receiver<()>,
    open: mpsc::Sender<()>,
}

impl Gate {
    fn new() -> (Self, impl FnOnce() + Send + 'static) {
        let (enter, entered) = mpsc::channel();
        let (open, opened) = mpsc::channel();
        let job = move || {
            enter.send(()).expect("the test waits");
            opened.recv().expect("the test opens the gate");
        };
        (Self { entered, open }, job)
    }

    fn wait_entered(&self) {
        self.entered.recv_timeout(TIMEOUT).expect("the job runs");
    }

    fn open(self) {
        self.open.send(()).expect("the job waits");
    }
}
