//! What a call costs by its kind: many of a kind awaited together, so that the hop stays out of it.

use std::fmt::Write as _;
use std::time::Instant;

use futures::future::{LocalBoxFuture, join_all};
use tokio::runtime::Runtime;

use crate::measure::{count, median, nanoseconds};

/// How many are awaited together.
pub const CALLS: usize = 20_000;
/// A round is short, and the threads of a pool are not equally lucky in each.
const ROUNDS: usize = 51;

/// What makes a call of those that are compared.
pub type Row<'a> = (&'a str, Box<dyn Fn() -> LocalBoxFuture<'a, ()> + 'a>);

/// The rows in turns, each beside the first.
#[must_use]
pub fn table(what: &str, runtime: &Runtime, rows: &[Row<'_>]) -> String {
    let mut samples = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, call), samples) in rows.iter().zip(&mut samples) {
            let start = Instant::now();
            runtime.block_on(join_all((0..CALLS).map(|_| call())));
            samples.push(nanoseconds(start.elapsed()) / count(CALLS));
        }
    }
    let mut text = format!("| {what} | ns | of the first |\n| --- | --- | --- |\n");
    let first = median(&samples[0]);
    for ((name, _), samples) in rows.iter().zip(&samples) {
        let time = median(samples);
        let _ = writeln!(text, "| {name} | {time:.0} | {:.2}x |", time / first);
    }
    text
}
