//! How do I cancel a call and keep the data that its worker has loaded? Each worker loads a table
//! first, which takes much longer than a look-up. A search whose future was dropped checks
//! `is_cancelled` and returns, and its worker continues with the next call. Without `kill_grace`
//! the worker would be killed, and the next one would load the table again.
//!
//!     cargo run -p asyncify-process-examples --example warm_worker

use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use asyncify_runtime::process::Pool;
use asyncify_runtime::{Error, Shutdown, initializer, is_cancelled, sync_to_async};

// ANCHOR: pool
static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let pool = Pool::builder()
        .name("search")
        .max_workers(1)
        .initializer(initializer!(load))
        .kill_grace(Duration::from_secs(10));
    pool.build().expect("`main` has called `init`")
});
// ANCHOR_END: pool

/// The smallest prime factor of each number below two million.
static FACTORS: OnceLock<Vec<u32>> = OnceLock::new();

fn load() {
    let mut factors: Vec<u32> = (0..2_000_000).collect();
    for divisor in (2..1415).rev() {
        for multiple in factors.iter_mut().skip(divisor).step_by(divisor) {
            *multiple = u32::try_from(divisor).expect("a small number");
        }
    }
    FACTORS.set(factors).expect("loaded once in each worker");
}

#[sync_to_async(process(pool = &POOL))]
fn smallest_factor(number: usize) -> Result<(u32, u32), Error> {
    Ok((FACTORS.get().expect("loaded")[number], std::process::id()))
}

/// Looks for two numbers whose smallest factors have this product, which takes days if there are
/// none.
#[sync_to_async(process(pool = &POOL))]
fn find_pair(product: u64) -> Result<Option<(usize, usize)>, Error> {
    let factors = FACTORS.get().expect("loaded");
    for (left, factor) in factors.iter().enumerate() {
        if is_cancelled() {
            break;
        }
        let has_product = |other: &u32| u64::from(*factor) * u64::from(*other) == product;
        if let Some(right) = factors.iter().position(has_product) {
            return Ok(Some((left, right)));
        }
    }
    Ok(None)
}

#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> Result<(), Error> {
    let (factor, before) = smallest_factor(1_999_993).await?;
    println!("the smallest factor of 1999993 is {factor}");
    println!("a pair for 6: {:?}", find_pair(6).await?);
    let found = tokio::time::timeout(Duration::from_millis(100), find_pair(u64::MAX)).await;
    println!("a pair for {} in 100 ms: {}", u64::MAX, found.is_ok());
    let (_, after) = smallest_factor(1).await?;
    println!("the same worker goes on: {}", before == after);
    POOL.shutdown(Shutdown::Drain).await;
    println!("workers started: {}", POOL.metrics().spawned);
    Ok(())
}
