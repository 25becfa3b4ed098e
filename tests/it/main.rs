//! What asyncify promises, one module per kind of promise.

mod adversary;
mod async_bodies;
mod async_trait;
mod auto_traits;
mod calls;
mod cancellation;
mod combinators;
mod context;
mod control;
mod dedicated;
mod executors;
mod features;
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

use asyncify_runtime::{BlockingPool, BlockingPoolBuilder, JoinHandle};
use asyncify_tests::{Gate, block_on};
use tokio::runtime::{Builder, Runtime};

/// A pool of exactly one thread.
fn one_thread() -> BlockingPool {
    at_most(1).build().expect("a thread")
}

fn at_most(threads: usize) -> BlockingPoolBuilder {
    BlockingPool::builder().max_threads(threads)
}

/// Keeps so many threads of a pool until the gate is opened.
fn occupy(pool: &BlockingPool, threads: usize) -> Gate {
    let gate = Gate::new();
    for _ in 0..threads {
        drop(pool.spawn(gate.body()));
    }
    gate.wait_for(threads);
    gate
}

/// The results of jobs that do not panic.
fn join_all<T>(handles: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    handles.into_iter().map(|handle| block_on(handle).unwrap()).collect()
}

/// tokio on the thread of the test.
fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// tokio on two threads of its own.
fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}
