//! A blocking iterator as a stream: many small items, and the first item of a slow iterator.

use crate::{Bench, Way, each, table};
use asyncify_runtime::{BlockingCall, Unblock};
use futures::StreamExt;
use std::iter;
use std::time::Instant;

const ITEMS: usize = 10_000_000;
/// Fewer, because each item is a call.
const CALLS: usize = 200_000;
const FIRSTS: usize = 2_000;

pub(crate) fn tables(bench: &Bench) -> String {
    let (items, calls) = (bench.items(ITEMS), bench.items(CALLS));
    let ours = move || async move {
        assert_eq!(sum(Unblock::new(0..items)).await, expected(items));
    };
    let theirs = move || async move {
        assert_eq!(sum(blocking::Unblock::new(0..items)).await, expected(items));
    };
    let our_calls = move || async move {
        let mut numbers = 0..calls;
        let mut sum = 0;
        loop {
            let (next, rest) = BlockingCall::new(move || (numbers.next(), numbers)).await;
            numbers = rest;
            let Some(next) = next else { break };
            sum += next;
        }
        assert_eq!(sum, expected(calls));
    };
    let their_calls = move || async move {
        let mut numbers = 0..calls;
        let mut sum = 0;
        loop {
            let call = tokio::task::spawn_blocking(move || (numbers.next(), numbers));
            let (next, rest) = call.await.expect("no panic");
            numbers = rest;
            let Some(next) = next else { break };
            sum += next;
        }
        assert_eq!(sum, expected(calls));
    };
    let ways = [
        ("`Unblock` of the iterator", bench.time(items, ours)),
        ("`blocking::Unblock` of it", bench.time(items, theirs)),
        ("one call of ours per item", bench.time(calls, our_calls)),
        ("`spawn_blocking` per item", bench.time(calls, their_calls)),
    ];
    let title = "10,000,000 numbers of an iterator";
    let items = bench.table(title, "ns per item", ways, |ns| format!("{ns:.0}"));
    format!("{items}\n{}", firsts(bench))
}

async fn sum(numbers: impl futures::Stream<Item = usize>) -> usize {
    numbers.fold(0, async |sum, number| sum + number).await
}

fn expected(count: usize) -> usize {
    count * (count - 1) / 2
}

/// The time from the first poll to the first item of an iterator whose second item is slow.
fn firsts(bench: &Bench) -> String {
    let names = ["`Unblock` of the iterator", "a single call", "`blocking::Unblock` of it"];
    let mut ways = names.map(Way::new);
    let count = bench.items(FIRSTS);
    for _ in 0..bench.scale.samples {
        let samples = bench.runtime.run(async move {
            let mut samples = [const { Vec::new() }; 3];
            for _ in 0..count {
                let start = Instant::now();
                assert_eq!(Unblock::new(slow()).next().await, Some(1));
                samples[0].push(each(start.elapsed(), 1));
                let start = Instant::now();
                assert_eq!(BlockingCall::new(|| slow().next()).await, Some(1));
                samples[1].push(each(start.elapsed(), 1));
                let start = Instant::now();
                assert_eq!(blocking::Unblock::new(slow()).next().await, Some(1));
                samples[2].push(each(start.elapsed(), 1));
            }
            samples
        });
        for (way, samples) in ways.iter_mut().zip(samples) {
            way.samples.push(asyncify_benches::measure::median(&samples));
        }
    }
    table("the first item of a slow iterator", "us", &ways, |ns| format!("{:.1}", ns / 1e3))
}

/// Returns one item at once, and the next after a millisecond.
fn slow() -> impl Iterator<Item = u64> + Send + 'static {
    let mut first = true;
    iter::from_fn(move || {
        if !std::mem::take(&mut first) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Some(1)
    })
}
