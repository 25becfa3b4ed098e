//! Calls on a target without threads: each runs where it is submitted.

use asyncify_runtime::{
    BlockingPool, DedicatedThread, Limiter, Shutdown, TaskGroup, Unblock, asyncify, block_on, cpu,
    global, is_cancelled, spawn_blocking, sync_to_async,
};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};

#[sync_to_async(limit = 1)]
fn double(number: u32) -> u32 {
    2 * number
}

#[sync_to_async(stream)]
fn numbers(count: u32) -> impl Iterator<Item = u32> + Send {
    0..count
}

fn main() {
    block_on(calls());
    block_on(pools());
    // There is no clock for these on `wasm32-unknown-unknown`.
    if cfg!(not(target_os = "unknown")) {
        block_on(many());
    }
}

async fn calls() {
    assert_eq!(double(1).await, 2);
    let names = String::from("a b");
    assert_eq!(asyncify!({ names.split(' ').count() }).await, 2);
    assert_eq!(spawn_blocking(|| 3).await.unwrap(), 3);
    // A call within a call.
    assert_eq!(asyncify!(|| block_on(double(2))).await, 4);
    assert!(!asyncify!(is_cancelled()).await);
    let aborted = spawn_blocking(|| 5);
    aborted.abort();
    assert_eq!(aborted.await.unwrap(), 5, "it had ended");

    let mut group = TaskGroup::new();
    for number in 0..4 {
        group.spawn(move || Ok(number));
    }
    assert_eq!(group.try_join_all().await, Ok::<_, ()>(vec![0, 1, 2, 3]));
}

async fn pools() {
    let pool = BlockingPool::builder().queue_capacity(1).build().unwrap();
    assert_eq!(asyncify!(|| 6).executor(&pool).await, 6);
    assert_eq!(pool.reserve().await.unwrap().spawn(|| 7).await.unwrap(), 7);
    assert_eq!((pool.metrics().threads, pool.metrics().completed), (0, 2));
    pool.wait_idle().await;
    pool.shutdown(Shutdown::Drain).await;
    assert!(pool.spawn(|| ()).await.unwrap_err().is_rejected());

    let thread = DedicatedThread::new("here").unwrap();
    let limiter = Limiter::new(1);
    assert_eq!(asyncify!(|| 8).executor(&thread).limiter(&limiter).await, 8);
    assert_eq!(asyncify!(|| 9).executor(cpu()).await, 9);
    assert!(global().metrics().completed > 0);
}

async fn many() {
    assert_eq!(numbers(1000).collect::<Vec<_>>().await, (0..1000).collect::<Vec<_>>());
    let squares: Vec<u64> = global().map(0..1000, |n: u64| n * n).collect().await;
    assert_eq!(squares, (0..1000).map(|n| n * n).collect::<Vec<_>>());

    let mut text = String::new();
    Unblock::new(&b"some bytes"[..]).read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "some bytes");
    let mut writer = Unblock::new(Vec::new());
    writer.write_all(b"more").await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(writer.into_inner().await.unwrap(), b"more");
}
