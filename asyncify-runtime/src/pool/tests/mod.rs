//! Real pools, as their users see them.

mod basic;
mod bounded;
mod elastic;
mod failure;
mod nested;
mod shutdown;
mod stress;

use super::{BlockingPool, BlockingPoolBuilder, PoolMetrics};
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub(super) use futures::executor::block_on;

fn pool(configure: impl FnOnce(BlockingPoolBuilder) -> BlockingPoolBuilder) -> BlockingPool {
    configure(BlockingPool::builder()).build().expect("threads can be made")
}

/// Fewer rounds under miri, which runs each a thousand times slower.
fn rounds(natively: usize) -> usize {
    if cfg!(miri) { natively.div_ceil(100).min(4) } else { natively }
}

/// What takes longer never comes about.
const PATIENCE: Duration = Duration::from_secs(if cfg!(miri) { 1000 } else { 30 });

/// Waits for counts that follow an event shortly, and fails when they do not.
#[track_caller]
fn eventually(pool: &BlockingPool, holds: impl Fn(PoolMetrics) -> bool) -> PoolMetrics {
    let start = Instant::now();
    loop {
        let metrics = pool.metrics();
        if holds(metrics) {
            return metrics;
        }
        assert!(start.elapsed() < PATIENCE, "never came about: {metrics:?}");
        std::thread::yield_now();
    }
}

/// A job that tells when it runs and goes on when told.
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
        self.entered.recv_timeout(PATIENCE).expect("the job runs");
    }

    fn open(self) {
        self.open.send(()).expect("the job waits");
    }
}
