//! One quick function over many items.

use crate::Bench;
use asyncify_runtime::BlockingPool;
use futures::{StreamExt, stream};

const ITEMS: usize = 100_000;

fn work(item: u64) -> u64 {
    item.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17)
}

pub(crate) fn tables(bench: &Bench) -> String {
    let pool = BlockingPool::builder().build().expect("a thread");
    let count = bench.items(ITEMS);
    let items = count as u64;
    let calls =
        move || stream::iter(0..items).map(|item| tokio::task::spawn_blocking(move || work(item)));
    let ordered = || {
        let pool = pool.clone();
        async move { check(pool.map(0..items, work).count().await, items) }
    };
    let unordered = || {
        let pool = pool.clone();
        async move { check(pool.map_unordered(0..items, work).count().await, items) }
    };
    let buffered =
        |width| move || async move { check(calls().buffered(width).count().await, items) };
    let any = || async move { check(calls().buffer_unordered(256).count().await, items) };
    let ways = [
        ("`pool.map`", bench.time(count, ordered)),
        ("`pool.map_unordered`", bench.time(count, unordered)),
        ("`spawn_blocking`, `buffered(16)`", bench.time(count, buffered(16))),
        ("`spawn_blocking`, `buffered(256)`", bench.time(count, buffered(256))),
        ("`spawn_blocking`, `buffer_unordered(256)`", bench.time(count, any)),
    ];
    let title = "a quick function over 100,000 items";
    bench.table(title, "ns per item", ways, |ns| format!("{ns:.0}"))
}

fn check(count: usize, items: u64) {
    assert_eq!(count as u64, items);
}
