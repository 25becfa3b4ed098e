//! A program for systems with and without worker processes: `.ci/run targets` builds it for some of
//! each kind, and wants one clear error where the feature `worker` meets a system without.

use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async]
fn on_a_thread() -> Result<u32, Error> {
    Ok(std::process::id())
}

#[cfg(feature = "worker")]
#[sync_to_async(process)]
fn in_a_worker() -> Result<u32, Error> {
    Ok(std::process::id())
}

#[asyncify_runtime::main]
fn main() {
    let own = futures::executor::block_on(on_a_thread());
    println!("{own:?} on a thread");
    #[cfg(feature = "worker")]
    println!("{:?} in a worker", futures::executor::block_on(in_a_worker()));
}
