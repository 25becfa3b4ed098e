//! Callers on executors of every kind, several at a time and one after the other.

use std::thread;

use asyncify_runtime::{BlockingPool, sync_to_async};
use asyncify_tests::block_on;
use futures::executor::{LocalPool, ThreadPool};
use futures::task::{LocalSpawnExt, SpawnExt};

use crate::{current_thread, multi_thread, one_thread};

#[sync_to_async(executor = pool)]
fn add(pool: &BlockingPool, left: u32, right: &[u32]) -> u32 {
    let _ = pool;
    left + right.iter().sum::<u32>()
}

#[test]
fn every_executor_can_await() {
    let pool = one_thread();
    assert_eq!(block_on(add(&pool, 1, &[2])), 3);
    assert_eq!(futures::executor::block_on(add(&pool, 1, &[2])), 3);
    assert_eq!(current_thread().block_on(add(&pool, 1, &[2])), 3);
    assert_eq!(multi_thread().block_on(add(&pool, 1, &[2])), 3);
}

#[test]
fn every_executor_can_spawn_the_call_as_a_task() {
    let pool = one_thread();
    for runtime in [current_thread(), multi_thread()] {
        let pool = pool.clone();
        let task = runtime.spawn(async move { add(&pool, 1, &[2]).await });
        assert_eq!(runtime.block_on(task).unwrap(), 3);
    }
    let local = tokio::task::LocalSet::new();
    let own = pool.clone();
    let task = local.spawn_local(async move { add(&own, 1, &[2]).await });
    assert_eq!(current_thread().block_on(local.run_until(task)).unwrap(), 3);

    let mut executor = LocalPool::new();
    let own = pool.clone();
    let task = executor.spawner().spawn_local_with_handle(async move { add(&own, 1, &[2]).await });
    assert_eq!(executor.run_until(task.unwrap()), 3);

    let executor = ThreadPool::builder().pool_size(1).create().unwrap();
    let task = executor.spawn_with_handle(async move { add(&pool, 1, &[2]).await });
    assert_eq!(block_on(task.unwrap()), 3);
}

#[test]
fn pool_outlives_a_runtime_and_serves_the_next() {
    let pool = one_thread();
    for _ in 0..3 {
        let runtime = multi_thread();
        assert_eq!(runtime.block_on(add(&pool, 1, &[2])), 3);
        drop(runtime);
    }
    block_on(pool.wait_idle());
    assert_eq!(pool.metrics().completed, 3);
}

#[test]
fn several_runtimes_share_a_pool() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let callers: Vec<_> = (0..4)
        .map(|caller| {
            let pool = pool.clone();
            thread::spawn(move || {
                let runtime = current_thread();
                (0..50).map(|number| runtime.block_on(add(&pool, caller, &[number]))).sum::<u32>()
            })
        })
        .collect();
    let sums: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    assert_eq!(sums, [1225, 1275, 1325, 1375]);
}

#[test]
fn pool_can_be_made_before_any_runtime_and_inside_one() {
    let runtime = current_thread();
    let inside = runtime.block_on(async { one_thread() });
    drop(runtime);
    assert_eq!(block_on(add(&inside, 1, &[])), 1);
}
