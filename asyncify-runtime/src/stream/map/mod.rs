//! A function that is called on many items, on a pool, as a stream of results.
//!
//! A worker takes a batch of queued items and calls the function on them. If no items are queued,
//! it takes the iterator, which only one worker has at a time, and queues a batch of items. Before
//! it processes a batch, it spawns another worker if there is more work. The batch size is adaptive
//! ([`batch_size`]): cheap items are processed by the hundred, so that the cost of a job
//! disappears, and expensive ones one by one, by as many workers as the concurrency allows.
//!
//! A worker that finds no work retires. No worker waits for the consumer: the consumer spawns a
//! worker again when it has made room.
//!
//! # Invariants
//!
//! 1. An item is queued, in the batch of one worker, or processed, its result being in the
//!    [`result_buffer`]; it moves on under the lock, or in the hands of its one owner. So it is
//!    processed at most once.
//! 2. A worker retires only when it has seen, under the lock, that there is no work for it. Room is
//!    made by the consumer alone, which then spawns a worker if there is work.
//! 3. The iterator may block for ever between two items. So while the consumer waits, a worker that
//!    queues an item for which no worker is starting spawns one; and a consumer that begins to wait
//!    spawns one if necessary.
//! 4. The iterator, the function, and the values that they make run and are dropped under no lock.

mod batch_size;
mod result_buffer;
mod shared;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod worker;

use std::collections::VecDeque;
use std::fmt;
use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;

use futures_core::Stream;

use self::result_buffer::Order;
use self::shared::{Received, Shared};
use self::worker::spawn_reserved;
use crate::call::{DropOnPool, SpawnOptions, resume};
use crate::pool::BlockingPool;
use crate::task::JoinHandle;
use crate::util::drop_all_quietly;

impl BlockingPool {
    /// Calls `f` on each item, on the threads of the pool, and returns a stream of the results in
    /// the order of the items.
    ///
    /// The iterator runs on the pool too, so it may block. It may be infinite: it is advanced only
    /// while there is room for results (see [`Map`]). To share state between the calls, let `f`
    /// capture it in an `Arc`.
    ///
    /// # Cancel safety
    ///
    /// See [`Map`].
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
    pub fn map<I, F, R>(&self, items: I, f: F) -> Map<I::IntoIter, F, R>
    where
        I: IntoIterator<Item: Send + 'static, IntoIter: Send + 'static>,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        Map::new(self.clone(), items.into_iter(), f, Order::Items)
    }

    /// Like [`map`](Self::map), but returns the results in the order in which the calls complete: a
    /// slow item does not delay the results of others.
    ///
    /// # Cancel safety
    ///
    /// See [`Map`].
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
    pub fn map_unordered<I, F, R>(&self, items: I, f: F) -> Map<I::IntoIter, F, R>
    where
        I: IntoIterator<Item: Send + 'static, IntoIter: Send + 'static>,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        Map::new(self.clone(), items.into_iter(), f, Order::Completion)
    }
}

/// The stream of results returned by [`BlockingPool::map`] and [`BlockingPool::map_unordered`].
///
/// The stream is lazy: nothing runs until it is polled. Then the pool works ahead of the consumer.
/// At most four [batches](Self::batch) of items, or twice the [concurrency](Self::concurrency) if
/// that is more, have left the iterator while their results have not been received. A consumer that
/// is slower than the pool occupies no thread.
///
/// # Cancel safety
///
/// `next()` is cancel safe: no result is lost. Dropping the stream cancels the remaining work: the
/// iterator is not advanced any more and queued items are dropped. Calls that are running cannot be
/// stopped, but [`is_cancelled`](crate::is_cancelled) returns `true` in them.
///
/// # Panics
///
/// A panic of `f` or of the iterator resumes in `poll_next`, in the place of its item, and ends the
/// stream. `poll_next` also panics, and the stream ends, if the pool is shut down before the last
/// result.
#[must_use = "streams do nothing unless polled"]
pub struct Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Results that were received and not returned yet.
    batch: VecDeque<thread::Result<R>>,
    shared: Arc<Shared<I, F, R>>,
    /// The worker that the consumer spawned last.
    worker: Option<JoinHandle<()>>,
}

impl<I, F, R> Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn new(pool: BlockingPool, items: I, f: F, order: Order) -> Self {
        let shared = Arc::new(Shared::new(pool, items, f, order));
        Self { batch: VecDeque::new(), shared, worker: None }
    }

    /// Sets the maximum number of calls of `f` that run at the same time.
    ///
    /// The default is 512. The number of threads of the pool is a limit as well.
    ///
    /// # Panics
    ///
    /// Panics if `calls` is 0.
    pub fn concurrency(self, calls: usize) -> Self {
        assert!(calls > 0, "the concurrency of a map must be at least 1");
        self.shared.set(|limits| limits.concurrency = calls);
        self
    }

    /// Sets the maximum number of items that one thread processes as a batch.
    ///
    /// The default is 256. The actual batch size adapts to the duration of the calls; a smaller
    /// maximum bounds the memory of results that were not received yet.
    ///
    /// # Panics
    ///
    /// Panics if `items` is 0.
    pub fn batch(self, items: usize) -> Self {
        assert!(items > 0, "the batch of a map must be at least 1");
        self.shared.set(|limits| limits.batch = items);
        self
    }

    /// Receives the available results. Ready with `false` at the end.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        loop {
            match self.shared.recv(&mut self.batch, cx) {
                Received::Results { spawn } => {
                    if spawn {
                        self.spawn_worker();
                    }
                    return Poll::Ready(true);
                }
                Received::Pending { spawn: true } => self.spawn_worker(),
                Received::Pending { spawn: false } => {}
                Received::End => return Poll::Ready(false),
            }
            let Some(worker) = &mut self.worker else { return Poll::Pending };
            let result = ready!(worker.poll_join(cx));
            self.worker = None;
            if let Err(error) = result {
                self.close();
                resume(error, "the map ends early");
            }
        }
    }

    fn spawn_worker(&mut self) {
        // Polling the latest worker is enough to learn that the pool rejects jobs.
        if let Some(previous) = self.worker.replace(spawn_reserved(&self.shared)) {
            self.shared.keep_handle(previous);
        }
    }

    /// Stops the workers, and drops the items, the results and the iterator.
    fn close(&mut self) {
        if let Some(iterator) = self.shared.close() {
            let options = SpawnOptions::on(self.shared.pool.clone());
            drop(DropOnPool::new(&options, iterator));
        }
        if let Some(worker) = self.worker.take() {
            worker.abort();
        }
        drop_all_quietly(self.batch.drain(..));
    }
}

impl<I, F, R> Stream for Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
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

impl<I, F, R> Drop for Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn drop(&mut self) {
        self.close();
    }
}

// Nothing is ever pinned.
impl<I, F, R> Unpin for Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
}

impl<I, F, R> fmt::Debug for Map<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("batch", &self.batch.len()).finish_non_exhaustive()
    }
}
