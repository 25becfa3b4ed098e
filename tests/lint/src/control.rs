//! What a call is told, and the way back.

use core::future::ready;
use core::num::ParseIntError;
use core::time::Duration;

use asyncify_runtime::{Error, Limiter, async_to_sync, sync_to_async};
use tokio::runtime::{Handle, RuntimeFlavor};

/// At most so many at a time, in time, and to its end.
///
/// # Errors
///
/// When the time is over.
#[sync_to_async(limit = 8, timeout = "1m30s", detach)]
pub fn limited(text: &str) -> Result<usize, Error> {
    Ok(text.len())
}

/// With what the caller passes.
///
/// # Errors
///
/// When the time is over.
#[sync_to_async(limiter = limiter, timeout = time, executor = &asyncify_runtime::Inline)]
pub async fn shared(limiter: &Limiter, time: Duration) -> Result<(usize, Duration), Error> {
    ready(Ok((limiter.limit(), time))).await
}

/// On the runtime of the caller's choice.
#[sync_to_async(runtime = runtime)]
pub fn elsewhere(runtime: &Handle) -> bool {
    matches!(runtime.runtime_flavor(), RuntimeFlavor::CurrentThread)
}

/// Lends what it is lent.
#[sync_to_async(lend)]
pub fn lent<Item: Send + 'static>(list: &mut Vec<Item>, item: Item, _unused: &mut u8) -> usize {
    list.push(item);
    list.len()
}

/// Borrows from the caller.
#[sync_to_async(in_place)]
pub fn longest<'text>(texts: &[&'text str], count: &mut usize, _unused: u8) -> &'text str {
    *count = count.saturating_add(texts.len());
    texts.iter().max_by_key(|text| text.len()).copied().unwrap_or_default()
}

/// Something with a state.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// How far it went.
    steps: Vec<u32>,
}

#[sync_to_async(lend, limit = 1)]
impl Machine {
    /// One more.
    pub fn step(&mut self, by: u32) -> u32 {
        self.steps.push(by);
        by
    }

    /// Where it stands.
    #[sync_to_async(in_place)]
    pub fn steps(&self) -> &[u32] {
        &self.steps
    }
}

/// Used as `dyn`.
#[sync_to_async(boxed)]
pub trait Counter: Send + Sync {
    /// Counts.
    fn count(&self, text: &str) -> usize;
}

#[sync_to_async(boxed, limit = 2)]
impl Counter for Machine {
    fn count(&self, text: &str) -> usize {
        text.len()
    }
}

/// Uses the trait.
pub async fn uses_dyn(counter: &dyn Counter) -> usize {
    counter.count("text").await
}

/// Async, and sync beside it.
///
/// # Errors
///
/// When `text` is no number.
#[async_to_sync(rename = "parse_blocking")]
pub async fn parse(text: &str, (add, _): (u32, u32)) -> Result<u32, ParseIntError> {
    let number: u32 = ready(text).await.parse()?;
    Ok(number.saturating_add(add))
}

/// Sync now.
#[async_to_sync]
#[must_use]
pub async fn doubled(mut number: u32) -> u32 {
    number = number.saturating_mul(ready(2).await);
    number
}
