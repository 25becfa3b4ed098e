//! A small program with and without worker processes. `.ci/run targets` builds it for other
//! systems, and wants one clear error where the feature `worker` meets one that has no workers;
//! the tests of `tests/process` build it as it is shipped.

use asyncify_runtime::{Error, async_to_sync, sync_to_async};

#[sync_to_async]
fn on_a_thread() -> Result<u32, Error> {
    Ok(std::process::id())
}

#[cfg(feature = "worker")]
#[sync_to_async(process)]
fn in_a_worker(panics: bool) -> Result<u32, Error> {
    assert!(!panics, "as it was told to");
    Ok(std::process::id())
}

#[asyncify_runtime::main]
#[async_to_sync]
async fn main() {
    let here = std::process::id();
    assert_eq!(on_a_thread().await, Ok(here));
    #[cfg(feature = "worker")]
    {
        let worker = in_a_worker(false).await;
        assert!(worker.is_ok_and(|worker| worker != here));
        println!("{}", in_a_worker(true).await.unwrap_err());
        assert!(in_a_worker(false).await.is_ok());
    }
}
