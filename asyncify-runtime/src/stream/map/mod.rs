//! One function over many items, on a pool, as a stream of results.
//!
//! A worker takes a load of the items that wait and calls the function on them; if there are none, it
//! takes the iterator, which only one of them has at a time, and asks it for a load. Before it works,
//! it sends one more worker if there is more to do. How many items make a load is found out as it
//! goes ([`pace`]): quick ones are worked on by the hundred, so that the hop disappears, and slow
//! ones one by one, by as many workers as there may be.
//!
//! A worker that finds nothing to do leaves its thread. Nobody waits for the consumer: it sends a
//! worker again when it has made room.
//!
//! # Invariants
//!
//! 1. An item waits, is in one worker's load, or is done and on the [`shelf`]; it moves on under the
//!    lock, or in the hands of its one holder. So it is worked on at most once.
//! 2. A worker leaves only when it has seen, under the lock, that there is nothing it could do. Room
//!    is made by the consumer alone, which then looks whether to send a worker.
//! 3. The iterator may block for ever between two items. So while the consumer is hungry, whoever
//!    adds an item that nobody will come for sends a worker; and a consumer that becomes hungry looks
//!    whether it has to.
//! 4. The iterator, the function, and what they make run and are dropped under no lock.

mod pace;
mod shared;
mod shelf;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod worker;

use std::collections::VecDeque;
use std::fmt;
use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use self::shared::{Shared, Taken};
pub use self::shelf::{AsCompleted, InOrder};
use self::shelf::{Done, Shelf};
use self::worker::send;
use crate::call::DropOnPool;
use crate::call::Running;
use crate::call::{SpawnOptions, resume};
use crate::pool::BlockingPool;
use crate::util::drop_all_quietly;

impl BlockingPool {
    /// Calls `f` on each item, on the threads of the pool, and gives the results in the order of the
    /// items.
    ///
    /// The iterator runs on the pool too, so it may block, and it may be endless: it is advanced
    /// only as far as there is room for results (see [`Map`]). To share state between the calls, let
    /// `f` capture it in an `Arc`.
    ///
    /// # Cancel safety
    ///
    /// As [`Map`] says.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::BlockingPool;
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let disk = BlockingPool::builder().name("disk").build()?;
    /// let entries = std::fs::read_dir("src")?;
    /// let mut sizes = disk.map(entries, |entry| std::io::Result::Ok(entry?.metadata()?.len()));
    /// let mut sum = 0;
    /// while let Some(size) = sizes.next().await {
    ///     sum += size?;
    /// }
    /// assert!(sum > 0);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn map<I, F, R>(&self, items: I, f: F) -> Map<I::IntoIter, F, R, InOrder>
    where
        I: IntoIterator<Item: Send + 'static, IntoIter: Send + 'static>,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        Map::new(SpawnOptions::on(self.clone()), items.into_iter(), f)
    }

    /// [`map`](Self::map), with the results as they come: a slow item holds none of the others up.
    ///
    /// # Cancel safety
    ///
    /// As [`Map`] says.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::global;
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let squares = global().map_unordered(1..=10, |k| k * k);
    /// assert_eq!(squares.fold(0, async |sum, square| sum + square).await, 385);
    /// # });
    /// ```
    pub fn map_unordered<I, F, R>(&self, items: I, f: F) -> Map<I::IntoIter, F, R, AsCompleted>
    where
        I: IntoIterator<Item: Send + 'static, IntoIter: Send + 'static>,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        Map::new(SpawnOptions::on(self.clone()), items.into_iter(), f)
    }
}

/// The results of [`BlockingPool::map`] ([`InOrder`]) or [`BlockingPool::map_unordered`]
/// ([`AsCompleted`]).
///
/// Lazy: nothing runs until the stream is polled. Then workers run ahead of the consumer until
/// enough results wait: as many as four [batches](Self::batch), or twice the
/// [concurrency](Self::concurrency) if that is more. A consumer that is slower than that holds no
/// thread of the pool.
///
/// # Cancel safety
///
/// `next()` is cancel safe: no result is lost. Dropping the stream stops the work: no more items are
/// asked for, those that wait are dropped, and calls that run go on to their end by themselves and
/// see [`is_cancelled`](crate::is_cancelled).
///
/// # Panics
///
/// A panic of `f` or of the iterator resumes where the stream is polled, in its item's place, and
/// ends the stream. So does a pool that is shut down before the last result.
#[must_use = "streams do nothing unless polled"]
pub struct Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    /// Results that were taken and not given yet.
    batch: VecDeque<Done<R>>,
    shared: Arc<Shared<I, F, R, O>>,
    /// The worker that was sent last.
    sent: Option<Running<'static, ()>>,
}

impl<I, F, R, O> Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    fn new(options: SpawnOptions, items: I, f: F) -> Self {
        let shared = Arc::new(Shared::new(options, items, f));
        Self { batch: VecDeque::new(), shared, sent: None }
    }

    /// Works on at most `calls` items at a time; 512 without this call, or as many as the pool has
    /// threads.
    ///
    /// # Panics
    ///
    /// If `calls` is 0.
    pub fn concurrency(self, calls: usize) -> Self {
        assert!(calls > 0, "the concurrency of a map must be at least 1");
        self.shared.set(|limits| limits.concurrency = calls);
        self
    }

    /// Takes at most `items` items in one go, however quick they are; 256 without this call.
    ///
    /// A smaller number bounds the memory that results take which nobody has asked for yet.
    ///
    /// # Panics
    ///
    /// If `items` is 0.
    pub fn batch(self, items: usize) -> Self {
        assert!(items > 0, "the batch of a map must be at least 1");
        self.shared.set(|limits| limits.batch = items);
        self
    }

    /// Gets results that can be given; false at the end.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        loop {
            match self.shared.take(&mut self.batch, cx) {
                Taken::Done { wanted } => {
                    if wanted {
                        self.send();
                    }
                    return Poll::Ready(true);
                }
                Taken::Nothing { wanted: true } => self.send(),
                Taken::Nothing { wanted: false } => {}
                Taken::End => return Poll::Ready(false),
            }
            let Some(sent) = &mut self.sent else { return Poll::Pending };
            let result = ready!(sent.poll_result(cx));
            self.sent = None;
            if let Err(error) = result {
                self.close();
                resume(error, "the map ends early");
            }
        }
    }

    fn send(&mut self) {
        // One at a time is enough to hear of a pool that refuses; the others are on their own.
        if let Some(before) = self.sent.replace(send(&self.shared)) {
            self.shared.keep(before.into_handle());
        }
    }

    /// Stops the work, and drops what there is of it.
    fn close(&mut self) {
        let source = self.shared.close();
        drop(source.map(|source| DropOnPool::new(&self.shared.options, source)));
        self.sent = None;
        drop_all_quietly(self.batch.drain(..));
    }
}

impl<I, F, R, O> Stream for Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    type Item = R;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R>> {
        if self.batch.is_empty() && !ready!(self.poll_batch(cx)) {
            return Poll::Ready(None);
        }
        match self.batch.pop_front() {
            Some(Ok(value)) => Poll::Ready(Some(value)),
            Some(Err(payload)) => {
                self.close();
                panic::resume_unwind(payload)
            }
            None => Poll::Ready(None),
        }
    }
}

impl<I, F, R, O> Drop for Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    fn drop(&mut self) {
        self.close();
    }
}

// Only values and boxes are kept.
impl<I, F, R, O> Unpin for Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
}

impl<I, F, R, O> fmt::Debug for Map<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("batch", &self.batch.len()).finish_non_exhaustive()
    }
}
