//! The cost of a kind of call: many are awaited together, so that waking a thread does not count.

use std::time::Instant;

use futures::future::{LocalBoxFuture, join_all};
use tokio::runtime::Runtime;

use crate::measure::{count, nanoseconds};
use crate::turns::{Sample, beside_first, take};

/// How many are awaited together.
pub const CALLS: usize = 20_000;
/// Many, because a round is short, and its time depends on the cores of the threads.
const ROUNDS: usize = 51;

/// Creates a call of the kind.
pub type Row<'a> = (&'a str, Box<dyn Fn() -> LocalBoxFuture<'a, ()> + 'a>);

/// A table in which each kind is compared with the first; the kinds alternate.
#[must_use]
pub fn table<const N: usize>(what: &str, runtime: &Runtime, rows: [Row<'_>; N]) -> String {
    let ways = rows.map(|(name, call)| {
        let sample = move || {
            let start = Instant::now();
            runtime.block_on(join_all((0..CALLS).map(|_| call())));
            nanoseconds(start.elapsed()) / count(CALLS)
        };
        (name, Box::new(sample) as Sample<'_>)
    });
    let ways = take(ROUNDS, ways);
    beside_first([what, "ns", "relative time"], &ways, |time| format!("{time:.0}"))
}
