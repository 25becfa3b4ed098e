//! Code that `async_safe` looks through, and what it writes into it.

use std::fs;
use std::io::Error;

use asyncify_runtime::async_safe;

/// Nothing to say about it.
#[async_safe(deny)]
pub async fn right<Fut: Future<Output = ()> + Send>(future: Fut) {
    future.await;
}

/// A warning that is expected, and no other.
///
/// # Errors
///
/// When there is no such file.
#[async_safe]
#[expect(deprecated, reason = "the lint that the attribute warns by")]
pub async fn warned<Fut: Future<Output = ()> + Send>(future: Fut) -> Result<(), Error> {
    fs::remove_file("a")?;
    future.await;
    Ok(())
}
