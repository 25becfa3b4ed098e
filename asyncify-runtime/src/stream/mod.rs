//! A blocking iterator as a stream, without a hop for each item.
//!
//! The producer runs on a blocking thread and puts every item into a [`mailbox`] at once; the
//! consumer takes all that is there. So nothing is held back (a slow producer delivers each item
//! when it is made), and batches come about by themselves: while the consumer is woken, or at work,
//! a quick producer goes on.
//!
//! How much a mailbox holds is learned: as many items as are made in about a millisecond, so that
//! neither a late wake-up nor a large item costs much.
//!
//! A producer whose mailbox is full leaves its thread and its iterator behind, and is sent for when
//! the consumer has taken what was there. A slow consumer thus holds no thread.

mod call;
mod mailbox;
pub(crate) mod map;
#[cfg(all(test, asyncify_loom))]
mod models;
mod patience;
mod producer;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

pub use self::call::{BlockingStream, StreamCall};
use self::mailbox::{AtEnd, Mailbox, Taken};
use self::patience::{Patience, Wait};
use self::producer::produce;
use crate::call::DropOnPool;
use crate::call::Running;
use crate::call::{SpawnOptions, resume};
use crate::task::JoinError;
use crate::util::drop_all_quietly;

/// The most items that wait to be taken, where nobody says otherwise. It takes items that are made
/// in no time to come so far: see [`producer`].
pub(crate) const AHEAD: usize = 8192;

/// The items of an iterator that is advanced, and dropped, on blocking threads.
///
/// Lazy: nothing runs until the stream is polled. Dropped, it stops the iterator at the next item;
/// a `next` that runs goes on to its end by itself, and sees
/// [`is_cancelled`](crate::is_cancelled). A panic of the iterator resumes where the stream is
/// polled, after the items that were made before it.
#[must_use = "streams do nothing unless polled"]
pub(crate) struct Producing<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    /// What was taken and not given yet.
    batch: VecDeque<I::Item>,
    mailbox: Arc<Mailbox<I>>,
    /// Makes the iterator, until the first poll. None, if it was made from the start.
    make: Option<Make<I>>,
    /// The job that runs, or the last that ran.
    running: Option<Running<'static, ()>>,
    options: SpawnOptions,
    patience: Patience,
}

type Make<I> = Box<dyn FnOnce() -> I + Send>;

impl<I> Producing<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    /// The items of the iterator that `make` returns, which is called on a blocking thread too. At
    /// most `ahead` items wait to be taken.
    ///
    /// # Panics
    ///
    /// If `ahead` is 0.
    pub(crate) fn new(
        options: SpawnOptions,
        ahead: usize,
        make: impl FnOnce() -> I + Send + 'static,
    ) -> Self {
        Self::of(options, Mailbox::new(ahead, None, AtEnd::Drop), Some(Box::new(make)))
    }

    /// The items of an iterator whose owner may want it back.
    pub(crate) fn lent(options: SpawnOptions, iterator: Box<I>) -> Self {
        Self::of(options, Mailbox::new(AHEAD, Some(iterator), AtEnd::Keep), None)
    }

    fn of(options: SpawnOptions, mailbox: Mailbox<I>, make: Option<Make<I>>) -> Self {
        let mailbox = Arc::new(mailbox);
        Self {
            batch: VecDeque::new(),
            mailbox,
            make,
            running: None,
            options,
            patience: Patience::new(),
        }
    }

    /// Gets the next batch; false at the end.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Some(make) = self.make.take() {
            let mailbox = self.mailbox.clone();
            self.running = Some(self.options.spawn(move || produce(&mailbox, Box::new(make()))));
        }
        match self.patience.wait(|| self.mailbox.is_empty()) {
            Wait::No | Wait::Over => {}
            Wait::TurnOver => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        loop {
            match self.mailbox.take(&mut self.batch, cx) {
                Taken::Items { parked } => {
                    self.patience.learn(self.batch.len());
                    if let Some(source) = parked {
                        self.send(source);
                    }
                    return Poll::Ready(true);
                }
                Taken::Parked(source) => self.send(source),
                Taken::Nothing => {
                    self.patience.learn(0);
                    ready!(self.poll_job(cx));
                }
                Taken::End => return Poll::Ready(false),
            }
        }
    }

    /// Sends the iterator for more items.
    fn send(&mut self, source: Box<I>) {
        let (mailbox, source) = (self.mailbox.clone(), DropOnPool::new(&self.options, source));
        self.running = None;
        self.running = Some(self.options.spawn(move || produce(&mailbox, source.into_inner())));
    }

    /// Ready when the job has ended, and thus left something in the mailbox, be it the end.
    fn poll_job(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // There is none if the executor panicked when it was given the job.
        let result = match &mut self.running {
            Some(running) => ready!(running.poll_result(cx)),
            None => Err(JoinError::cancelled()),
        };
        self.running = None;
        if let Err(error) = result {
            self.mailbox.fail(error);
        }
        Poll::Ready(())
    }

    /// The iterator itself. What it made and nobody took is lost, and the stream is at its end.
    /// None: the iterator was lost in a panic before, which has been reported.
    pub(crate) fn poll_back(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Box<I>, Option<JoinError>>> {
        loop {
            match self.mailbox.call_back() {
                Ok(Some(source)) => return Poll::Ready(Ok(source)),
                Ok(None) => ready!(self.poll_job(cx)),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl<I> Stream for Producing<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        if self.batch.is_empty() && !ready!(self.poll_batch(cx)) {
            if let Some(error) = self.mailbox.take_failure() {
                resume(error, "the stream ends early");
            }
        }
        Poll::Ready(self.batch.pop_front())
    }
}

// Only items and boxes are kept.
impl<I> Unpin for Producing<I> where I: Iterator<Item: Send + 'static> + Send + 'static {}

impl<I> Drop for Producing<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn drop(&mut self) {
        let (items, source) = self.mailbox.close();
        drop(source.map(|source| DropOnPool::new(&self.options, source)));
        // They run to the end, whatever they do.
        drop_all_quietly(mem::take(&mut self.batch));
        drop_all_quietly(items);
    }
}

impl<I> fmt::Debug for Producing<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producing").field("batch", &self.batch.len()).finish_non_exhaustive()
    }
}
