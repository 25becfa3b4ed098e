//! The inline macro.

use core::num::ParseIntError;
use std::path::Path;
use std::{fs, io};

use asyncify_runtime::{BlockingPool, asyncify};

/// A call with arguments of all kinds.
///
/// # Errors
///
/// When there is no such file.
pub async fn call(path: &Path, number: u32) -> io::Result<(Vec<u8>, u32)> {
    let bytes = asyncify!(fs::read(&*path)).await?;
    let sum = asyncify!(u32::saturating_add(number, 1)).await;
    Ok((bytes, sum))
}

/// A method call.
pub async fn method(text: String) -> usize {
    let shout = asyncify!(text.clone().into_bytes()).await;
    asyncify!(text.len()).await.saturating_add(shout.len())
}

/// A block with `?`.
///
/// # Errors
///
/// When `text` is no number.
pub async fn block(text: String, pool: &BlockingPool) -> Result<u32, ParseIntError> {
    asyncify!({
        let number: u32 = text.trim().parse()?;
        Ok(number.saturating_add(1))
    })
    .executor(pool)
    .await
}

/// A closure, spawned.
pub async fn closure(number: u32) -> Option<u32> {
    asyncify!(move || number.saturating_add(1)).spawn().await.ok()
}
