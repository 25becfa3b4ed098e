//! How do I use all cores for work in pieces, and show how far it is? Counts primes in worker
//! processes, one for each core, with a progress bar.
//!
//!     cargo run --release -p asyncify-process-examples --example progress [MILLIONS]

use std::time::Instant;

use asyncify_runtime::process::global;
use asyncify_runtime::{Error, Shutdown, sync_to_async};
use futures::stream::{FuturesUnordered, TryStreamExt};
use indicatif::{ProgressBar, ProgressStyle};

const PIECE: u64 = 100_000;

/// Counts the primes from one number up to another.
#[sync_to_async(process)]
fn count_primes(from: u64, to: u64) -> Result<usize, Error> {
    let is_prime = |n: &u64| *n > 1 && (2..=n.isqrt()).all(|d| !n.is_multiple_of(d));
    Ok((from..to).filter(is_prime).count())
}

#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let millions: u64 = std::env::args().nth(1).map_or(Ok(2), |text| text.parse())?;
    let pieces = millions * 1_000_000 / PIECE;
    let style = "{bar:40} {pos}/{len} pieces, {eta} left";
    let bar = ProgressBar::new(pieces).with_style(ProgressStyle::with_template(style)?);

    let began = Instant::now();
    let calls: FuturesUnordered<_> =
        (0..pieces).map(|piece| count_primes(piece * PIECE, (piece + 1) * PIECE)).collect();
    // In the order in which they complete.
    let sum = calls.try_fold(0, async |sum, count| {
        bar.inc(1);
        Ok(sum + count)
    });
    let primes = sum.await?;
    let took = began.elapsed();
    bar.finish();

    let pool = global()?;
    let metrics = pool.metrics();
    println!("{primes} primes below {millions} million");
    println!(
        "{:.1?} of work in {took:.1?}: {} workers, {:.2} of them busy on average",
        metrics.total_run_time,
        metrics.spawned,
        metrics.total_run_time.as_secs_f64() / took.as_secs_f64(),
    );
    pool.shutdown(Shutdown::Drain).await;
    Ok(())
}
