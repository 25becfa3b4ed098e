//! A blocking iterator as a stream; items cross threads in batches.
//!
//! The producer runs on a blocking thread and sends each item through a [`channel`] as soon as it
//! is made; the consumer receives all items that are there. Batches form by themselves: a fast
//! producer makes more items while the consumer is woken or busy, and a consumer that waits is
//! woken when the items are worth a wake-up ([`linger`]).
//!
//! The capacity of a channel adapts to the producer: it is the number of items that are made in
//! about two milliseconds, so that neither a late wake-up nor a large item costs much.
//!
//! A producer whose channel is full leaves the iterator there and ends its job. The consumer spawns
//! a new job when it has received the items. A slow consumer thus occupies no thread.

mod blocking_stream;
mod channel;
mod linger;
pub(crate) mod map;
#[cfg(all(test, asyncify_loom))]
mod models;
mod producer;
mod shared_state;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

pub use self::blocking_stream::{BlockingStream, StreamCall};
use self::channel::{Channel, OnExhausted, Received};
use self::linger::{FIRST_WAITS, Linger};
use self::producer::produce;
use crate::call::{DropOnPool, Running, SpawnOptions, resume};
use crate::task::JoinError;
use crate::util::drop_all_quietly;

/// The default for the number of items that a producer may run ahead. Only items that take next to
/// no time to make get that far: see [`producer`].
pub(crate) const DEFAULT_AHEAD: usize = 8192;

/// A stream of the items of an iterator that is advanced, and dropped, on blocking threads.
///
/// The stream is lazy: nothing runs until it is polled. Dropping it stops the iterator at the next
/// item; a call of `next` that is running runs to its end, and
/// [`is_cancelled`](crate::is_cancelled) returns `true` in it. A panic of the iterator resumes in
/// `poll_next`, after the items that were made before it.
#[must_use = "streams do nothing unless polled"]
pub(crate) struct IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    /// Items that were received and not returned yet.
    batch: VecDeque<I::Item>,
    channel: Arc<Channel<I>>,
    /// Creates the iterator at the first poll. `None` if it exists.
    make: Option<Make<I>>,
    /// The latest job.
    job: Option<Running<'static, ()>>,
    options: SpawnOptions,
    linger: Linger,
}

type Make<I> = Box<dyn FnOnce() -> I + Send>;

impl<I> IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    /// Creates a stream of the items of the iterator that `make` returns; `make` is called on a
    /// blocking thread too. The producer runs at most `ahead` items ahead.
    ///
    /// # Panics
    ///
    /// Panics if `ahead` is 0.
    pub(crate) fn new(
        options: SpawnOptions,
        ahead: usize,
        make: impl FnOnce() -> I + Send + 'static,
    ) -> Self {
        let channel = Channel::new(ahead, None, OnExhausted::Drop);
        Self::with_channel(options, channel, Some(Box::new(make)))
    }

    /// Creates a stream of the items of `iterator`, which [`poll_reclaim`](Self::poll_reclaim)
    /// returns.
    pub(crate) fn reclaimable(options: SpawnOptions, iterator: Box<I>) -> Self {
        let channel = Channel::new(DEFAULT_AHEAD, Some(iterator), OnExhausted::Keep);
        Self::with_channel(options, channel, None)
    }

    fn with_channel(options: SpawnOptions, channel: Channel<I>, make: Option<Make<I>>) -> Self {
        let channel = Arc::new(channel);
        Self {
            batch: VecDeque::new(),
            channel,
            make,
            job: None,
            options,
            linger: Linger::after(FIRST_WAITS),
        }
    }

    /// Receives the next batch. Ready with `false` at the end.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Some(make) = self.make.take() {
            let channel = self.channel.clone();
            self.job = Some(self.options.spawn(move || produce(&channel, Box::new(make()))));
        }
        loop {
            let lingers = self.linger.lingers();
            match self.channel.recv(&mut self.batch, lingers, cx) {
                Received::Items { idle, end } => {
                    self.linger.end_wait(end);
                    if let Some(iterator) = idle {
                        self.spawn(iterator);
                    }
                    return Poll::Ready(true);
                }
                Received::Idle(iterator) => self.spawn(iterator),
                Received::Pending => {
                    if self.linger.arm(cx) {
                        ready!(self.poll_job(cx));
                    }
                }
                Received::End => return Poll::Ready(false),
            }
        }
    }

    /// Spawns a job that advances the iterator.
    fn spawn(&mut self, iterator: Box<I>) {
        let channel = self.channel.clone();
        let iterator = DropOnPool::new(&self.options, iterator);
        self.job = None;
        self.job = Some(self.options.spawn(move || produce(&channel, iterator.into_inner())));
    }

    /// Ready when the job has ended. There is something to receive then, if only the end.
    fn poll_job(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // There is no job if the executor panicked when the job was submitted.
        let result = match &mut self.job {
            Some(job) => ready!(job.poll_result(cx)),
            None => Err(JoinError::cancelled()),
        };
        self.job = None;
        if let Err(error) = result {
            self.channel.fail(error);
        }
        Poll::Ready(())
    }

    /// Returns the iterator. Items that were made and not received are lost, and the stream has
    /// ended.
    ///
    /// # Errors
    ///
    /// If the iterator is lost. `Err(None)`: the failure was reported before.
    pub(crate) fn poll_reclaim(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Box<I>, Option<JoinError>>> {
        loop {
            match self.channel.reclaim() {
                Ok(Some(iterator)) => return Poll::Ready(Ok(iterator)),
                Ok(None) => ready!(self.poll_job(cx)),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl<I> Stream for IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        if self.batch.is_empty() && !ready!(self.poll_batch(cx)) {
            if let Some(error) = self.channel.take_failure() {
                resume(error, "the stream ends early");
            }
        }
        Poll::Ready(self.batch.pop_front())
    }
}

// Items and the iterator are never pinned.
impl<I> Unpin for IterStream<I> where I: Iterator<Item: Send + 'static> + Send + 'static {}

impl<I> Drop for IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn drop(&mut self) {
        let (items, iterator) = self.channel.close();
        drop(iterator.map(|iterator| DropOnPool::new(&self.options, iterator)));
        // Each item is dropped, even if the destructor of another panics.
        drop_all_quietly(mem::take(&mut self.batch));
        drop_all_quietly(items);
    }
}

impl<I> fmt::Debug for IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterStream").field("batch", &self.batch.len()).finish_non_exhaustive()
    }
}
