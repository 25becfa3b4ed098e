//! What a call costs by its kind: many of a kind awaited together, so that the hop stays out of it.

use std::time::Instant;

use futures::future::{LocalBoxFuture, join_all};
use tokio::runtime::Runtime;

use crate::measure::{count, nanoseconds};
use crate::turns::{Sample, beside_first, take};

/// How many are awaited together.
pub const CALLS: usize = 20_000;
/// A round is short, and the threads of a pool are not equally lucky in each.
const ROUNDS: usize = 51;

/// What makes a call of those that are compared.
pub type Row<'a> = (&'a str, Box<dyn Fn() -> LocalBoxFuture<'a, ()> + 'a>);

/// The rows in turns, each beside the first.
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
    beside_first([what, "ns", "of the first"], &ways, |time| format!("{time:.0}"))
}
