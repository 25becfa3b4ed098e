//! Bodies that call annotated functions themselves, on the same pool.

use asyncify_runtime::{BlockingPool, sync_to_async};
use asyncify_tests::block_on;
use futures::future::join_all;

use crate::{current_thread, multi_thread, one_thread};

#[sync_to_async(executor = pool)]
fn leaf(pool: &BlockingPool, number: u32) -> u32 {
    let _ = pool;
    number
}

/// Waits, on the pool, for a call on the same pool.
#[sync_to_async(executor = pool)]
async fn nested(pool: &BlockingPool, depth: u32) -> u32 {
    match depth {
        0 => leaf(pool, 1).await,
        _ => Box::pin(nested(pool, depth - 1)).await + 1,
    }
}

#[test]
fn async_body_awaits_a_call_on_its_own_full_pool() {
    let pool = one_thread();
    assert_eq!(block_on(nested(&pool, 0)), 1);
    assert_eq!(current_thread().block_on(nested(&pool, 0)), 1);
    assert_eq!(multi_thread().block_on(nested(&pool, 0)), 1);
}

#[test]
fn async_body_joins_many_calls_on_its_own_full_pool() {
    #[sync_to_async(executor = pool)]
    async fn fan_out(pool: &BlockingPool, width: u32) -> u32 {
        join_all((0..width).map(|number| leaf(pool, number))).await.into_iter().sum()
    }
    let pool = one_thread();
    assert_eq!(block_on(fan_out(&pool, 100)), 4950);
    let several = join_all((0..4).map(|_| fan_out(&pool, 10)));
    assert_eq!(block_on(several), [45, 45, 45, 45]);
}

#[test]
fn body_spawns_on_its_own_pool() {
    let pool = one_thread();
    let inner = pool.clone();
    let handle = block_on(pool.spawn(move || inner.spawn(|| 7))).unwrap();
    assert_eq!(block_on(handle).unwrap(), 7);
}

#[test]
fn panic_of_a_nested_call_reaches_the_outer_caller() {
    #[sync_to_async(executor = pool)]
    fn fail(pool: &BlockingPool) {
        let _ = pool;
        panic!("inner");
    }
    #[sync_to_async(executor = pool)]
    async fn outer(pool: &BlockingPool) {
        fail(pool).await;
    }
    let pool = one_thread();
    let caller = pool.clone();
    let thread = std::thread::spawn(move || block_on(outer(&caller)));
    assert_eq!(thread.join().unwrap_err().downcast_ref(), Some(&"inner"));
    assert_eq!(block_on(nested(&pool, 1)), 2);
}
