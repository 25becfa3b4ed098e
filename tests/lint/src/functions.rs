//! Free functions.

use core::fmt::Display;
use core::future::ready;
use core::num::ParseIntError;
use std::path::Path;
use std::{fs, io};

use asyncify_runtime::{BlockingPool, Limiter, asyncify, sync_to_async};

/// No arguments, no result.
#[sync_to_async]
pub fn nothing() {}

/// Owned and borrowed arguments, and a `Result`.
///
/// # Errors
///
/// When there is no such file.
#[sync_to_async]
pub fn read(path: &Path, prefix: String, limit: usize) -> io::Result<String> {
    let mut text = prefix;
    text.push_str(&fs::read_to_string(path)?);
    text.truncate(limit);
    Ok(text)
}

/// Patterns of all kinds.
#[sync_to_async]
pub fn patterns(
    (left, mut right): (u32, u32),
    [first, ..]: [u32; 2],
    _: String,
    _unused: u8,
) -> u32 {
    right = right.saturating_add(first);
    left.saturating_add(right)
}

/// An early return and `?`.
///
/// # Errors
///
/// When `text` is no number.
#[sync_to_async]
pub fn early(text: &str) -> Result<u32, ParseIntError> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
}

/// Generic in a type and a number.
#[sync_to_async]
pub fn generic<Item, const COUNT: usize>(items: [Item; COUNT], separator: &str) -> String
where
    Item: Display + Send + 'static,
{
    let texts: Vec<String> = items.iter().map(|item| format!("{item}")).collect();
    texts.join(separator)
}

/// Named lifetimes.
#[sync_to_async]
pub fn longer<'text>(left: &'text str, right: &'text str) -> usize {
    left.len().max(right.len())
}

/// Already async.
#[sync_to_async]
pub async fn asynchronous(text: &str, mut number: u32) -> usize {
    number = number.saturating_add(ready(1).await);
    text.len().saturating_add(usize::try_from(number).unwrap_or(usize::MAX))
}

/// On an executor of the caller's.
#[sync_to_async(executor = pool)]
pub fn elsewhere(pool: &BlockingPool, number: u8) -> (usize, u8) {
    (pool.metrics().threads, number)
}

/// A counterpart that stays sync.
#[sync_to_async(rename = "double_async")]
#[must_use]
pub const fn double(number: u32) -> u32 {
    number.saturating_mul(2)
}

/// Attributes of every kind.
#[sync_to_async]
#[inline]
#[must_use]
#[expect(clippy::arithmetic_side_effects, reason = "met in the body")]
pub fn attributed(number: u8) -> Option<u8> {
    Some(number / 2 + 1)
}

/// Arguments that come and go.
#[sync_to_async]
pub fn conditional(
    #[cfg(any())] never: u8,
    #[cfg(not(any()))] always: u8,
    text: String,
) -> (u8, String) {
    (always, text)
}

/// Private and in use.
#[sync_to_async]
fn private(number: u8) -> u8 {
    number
}

/// Uses what is private.
pub async fn uses_private() -> u8 {
    private(1).await
}

/// Functions from a macro.
macro_rules! made {
    ($(#[$attr:meta])* $name:ident, $value:expr) => {
        $(#[$attr])*
        #[sync_to_async]
        pub fn $name(text: &str) -> usize {
            text.len().saturating_add($value)
        }
    };
}

made!(
    /// Made by a macro.
    from_macro,
    1
);

/// Converts its arguments.
///
/// # Errors
///
/// When the file cannot be read.
#[sync_to_async]
pub fn converted<P: AsRef<Path>, N: Into<String>>(
    path: P,
    name: N,
) -> io::Result<(String, Vec<u8>)> {
    Ok((name.into(), fs::read(path)?))
}

/// Uses a parameter in an option alone.
#[sync_to_async(limiter = limiter)]
pub fn limited_by(limiter: &Limiter, value: u8) -> u8 {
    value.saturating_add(1)
}

/// Copies what its arguments refer to.
pub async fn inline(path: &Path, text: &str) -> bool {
    asyncify!(path.starts_with(text)).await
}
