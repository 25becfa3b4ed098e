//! What asyncify promises, one module per kind of promise.

mod async_bodies;
mod auto_traits;
mod calls;
mod cancellation;
mod context;
mod control;
mod dedicated;
mod executors;
mod global;
mod inline;
mod nesting;
mod panics;
mod pools;
mod queues;
mod runtimes;
mod shutdown;
mod sizes;
mod streams;
mod threads;
mod tracing;
mod unblock;
mod watchdog;

use asyncify_runtime::{BlockingPool, BlockingPoolBuilder};
use tokio::runtime::{Builder, Runtime};

/// A pool of exactly one thread.
fn one_thread() -> BlockingPool {
    at_most(1).build().expect("a thread")
}

fn at_most(threads: usize) -> BlockingPoolBuilder {
    BlockingPool::builder().max_threads(threads)
}

/// tokio on the thread of the test.
fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// tokio on two threads of its own.
fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}
