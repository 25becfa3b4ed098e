//! Streams of items that take from ten nanoseconds to a millisecond each, and the usual code
//! without them.

use crate::Bench;
use asyncify_benches::markdown;
use asyncify_benches::measure::{count, median, nanoseconds};
use asyncify_benches::system::{process_context_switches, process_cpu};
use asyncify_runtime::sync_to_async;
use futures::StreamExt;
use std::hint::black_box;
use std::iter;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// The costs of an item in nanoseconds.
const COSTS: [u32; 8] = [10, 100, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000];
/// What one sample should take.
const SAMPLE: Duration = Duration::from_millis(100);
const FEWEST: usize = 300;
const MOST: usize = 2_000_000;
const CHUNK: usize = 100;

type Sampled = Pin<Box<dyn Future<Output = Duration> + Send>>;
type Way = (&'static str, fn(usize, u32) -> Sampled);

const WAYS: [Way; 3] = [
    ("`stream`", |items, steps| Box::pin(streamed(items, steps))),
    ("chunks of 100", |items, steps| Box::pin(chunks(items, steps))),
    ("`blocking_send`", |items, steps| Box::pin(sent(items, steps))),
];

pub(crate) fn table(bench: &Bench) -> String {
    let step = step();
    let rows = COSTS.iter().flat_map(|cost| {
        let steps = u32::try_from(u128::from(*cost) * 1_000 / step).unwrap_or(u32::MAX).max(1);
        let items = usize::try_from(SAMPLE.as_nanos() / u128::from(*cost)).unwrap_or(MOST);
        let items = bench.items(items.clamp(FEWEST, MOST)).max(3);
        let mut samples = [const { Vec::new() }; WAYS.len()];
        for _ in 0..bench.scale.samples {
            for ((_, way), samples) in WAYS.iter().zip(&mut samples) {
                samples.push(sample(bench, items, way(items, steps)));
            }
        }
        WAYS.iter()
            .zip(samples)
            .map(|((name, _), samples)| {
                let middle =
                    |of: fn(&Measured) -> f64| median(&samples.iter().map(of).collect::<Vec<_>>());
                [
                    format!("{cost} ns"),
                    (*name).to_owned(),
                    format!("{:.0}", middle(|of| of.time)),
                    format!("{:.0}", middle(|of| of.cpu)),
                    format!("{:.1}", middle(|of| of.switches)),
                    format!("{:.0}", middle(|of| of.first)),
                ]
            })
            .collect::<Vec<_>>()
    });
    markdown::table(
        &[
            "an item takes",
            "way",
            "ns per item",
            "CPU ns per item",
            "switches / 1,000",
            "first, us",
        ],
        rows,
    )
}

struct Measured {
    time: f64,
    cpu: f64,
    switches: f64,
    first: f64,
}

fn sample(bench: &Bench, items: usize, future: Sampled) -> Measured {
    let switches = process_context_switches().unwrap_or_default();
    let cpu = process_cpu().unwrap_or_default();
    let start = Instant::now();
    let first = bench.runtime.run(future);
    let time = start.elapsed();
    let cpu = process_cpu().unwrap_or_default().saturating_sub(cpu);
    let switches = process_context_switches().unwrap_or_default() - switches;
    Measured {
        time: nanoseconds(time) / count(items),
        cpu: nanoseconds(cpu) / count(items),
        switches: count(usize::try_from(switches).unwrap_or(usize::MAX)) * 1e3 / count(items),
        first: nanoseconds(first) / 1e3,
    }
}

/// How long one step of [`work`] takes, in picoseconds: the shortest of some attempts.
fn step() -> u128 {
    const STEPS: u32 = 1_000_000;
    let times = (0..20).map(|_| {
        let start = Instant::now();
        black_box(work(STEPS));
        start.elapsed().as_nanos() * 1_000 / u128::from(STEPS)
    });
    times.min().unwrap_or_default().max(1)
}

fn work(steps: u32) -> u64 {
    (0..steps).fold(1, |x: u64, _| black_box(x.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn iterator(items: usize, steps: u32) -> impl Iterator<Item = u64> + Send + 'static {
    iter::repeat_with(move || work(steps)).take(items)
}

#[sync_to_async(stream)]
fn stream(items: usize, steps: u32) -> impl Iterator<Item = u64> {
    iterator(items, steps)
}

async fn streamed(items: usize, steps: u32) -> Duration {
    let start = Instant::now();
    let mut stream = stream(items, steps);
    let mut received = Received::new(start);
    while let Some(item) = stream.next().await {
        received.record(item);
    }
    received.finish(items)
}

async fn chunks(items: usize, steps: u32) -> Duration {
    let start = Instant::now();
    let mut iterator = iterator(items, steps);
    let mut received = Received::new(start);
    loop {
        let chunk = tokio::task::spawn_blocking(move || {
            let chunk: Vec<_> = iterator.by_ref().take(CHUNK).collect();
            (chunk, iterator)
        });
        let (chunk, rest) = chunk.await.expect("no panic");
        if chunk.is_empty() {
            return received.finish(items);
        }
        for item in chunk {
            received.record(item);
        }
        iterator = rest;
    }
}

async fn sent(items: usize, steps: u32) -> Duration {
    let start = Instant::now();
    let (sender, mut channel) = mpsc::channel(CHUNK);
    tokio::task::spawn_blocking(move || {
        for item in iterator(items, steps) {
            sender.blocking_send(item).expect("the receiver waits");
        }
    });
    let mut received = Received::new(start);
    while let Some(item) = channel.recv().await {
        received.record(item);
    }
    received.finish(items)
}

/// What has come, and when the first came.
struct Received {
    start: Instant,
    items: usize,
    first: Duration,
}

impl Received {
    fn new(start: Instant) -> Self {
        Self { start, items: 0, first: Duration::ZERO }
    }

    fn record(&mut self, item: u64) {
        black_box(item);
        if self.items == 0 {
            self.first = self.start.elapsed();
        }
        self.items += 1;
    }

    fn finish(self, items: usize) -> Duration {
        assert_eq!(self.items, items);
        self.first
    }
}
