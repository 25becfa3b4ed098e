//! A benchmark without a harness, which is started again to become a worker.

use std::time::Instant;

use asyncify_runtime::{Error, async_to_sync, process, sync_to_async};

#[sync_to_async(process)]
fn same(number: u64) -> Result<u64, Error> {
    Ok(number)
}

fn main() {
    process::init();
    let began = Instant::now();
    round_trips(100);
    println!("100 round trips in {:?}", began.elapsed());
}

#[async_to_sync]
async fn round_trips(count: u64) {
    for number in 0..count {
        assert_eq!(same(number).await, Ok(number));
    }
}
