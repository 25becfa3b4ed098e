//! One quick function over many items.

use crate::{Bench, Way, table};
use asyncify_runtime::BlockingPool;
use futures::{StreamExt, stream};

const ITEMS: usize = 100_000;

fn work(item: u64) -> u64 {
    item.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17)
}

pub(crate) fn tables(bench: &Bench) -> String {
    let items = bench.items(ITEMS) as u64;
    let pool = BlockingPool::builder().build().expect("a thread");
    let names = [
        "`pool.map`",
        "`pool.map_unordered`",
        "`spawn_blocking`, `buffered(16)`",
        "`spawn_blocking`, `buffered(256)`",
        "`spawn_blocking`, `buffer_unordered(256)`",
    ];
    let mut ways = names.map(Way::new);
    let count = bench.items(ITEMS);
    for _ in 0..bench.scale.samples {
        let ours = pool.clone();
        ways[0].samples.push(bench.time(count, async move {
            check(ours.map(0..items, work).count().await, items);
        }));
        let ours = pool.clone();
        ways[1].samples.push(bench.time(count, async move {
            check(ours.map_unordered(0..items, work).count().await, items);
        }));
        for (way, width) in [(2, 16), (3, 256)] {
            ways[way].samples.push(bench.time(count, async move {
                let calls = stream::iter(0..items)
                    .map(|item| tokio::task::spawn_blocking(move || work(item)));
                check(calls.buffered(width).count().await, items);
            }));
        }
        ways[4].samples.push(bench.time(count, async move {
            let calls =
                stream::iter(0..items).map(|item| tokio::task::spawn_blocking(move || work(item)));
            check(calls.buffer_unordered(256).count().await, items);
        }));
    }
    table("a quick function over 100,000 items", "ns an item", &ways, |ns| format!("{ns:.0}"))
}

fn check(count: usize, items: u64) {
    assert_eq!(count as u64, items);
}
