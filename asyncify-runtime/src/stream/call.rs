//! The stream that an annotated function returns.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{AHEAD, Producing};
use crate::call::SpawnOptions;
use crate::executor::Executor;
use crate::limit::Limiter;

/// The items of a blocking iterator, as a function with `#[sync_to_async(stream)]` returns them.
///
/// The function's body and the iterator run on blocking threads: from the first poll on, and ahead
/// of the consumer by as many items as they make in about a millisecond: 16 at least and 8192 at
/// most, and no more than the attribute says. Each item can be had when it is made, and the consumer takes all that are
/// there in one go. A consumer that is slower than the iterator holds no thread: the iterator is
/// put aside until there is room. With a `limit`, it has its permit while it runs.
///
/// # Cancel safety
///
/// `next()` is cancel safe: no item is lost. Dropping the stream stops the iterator at its next
/// item; a `next` that runs goes on to its end by itself, and sees
/// [`is_cancelled`](crate::is_cancelled). The iterator is dropped on a blocking thread.
///
/// # Panics
///
/// A panic of the body or the iterator resumes where the stream is polled, after the items before
/// it, as does the shut-down of the executor.
#[must_use = "streams do nothing unless polled"]
pub struct BlockingStream<T> {
    items: Items<T>,
}

impl<T> Stream for BlockingStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.items.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for BlockingStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingStream").finish_non_exhaustive()
    }
}

type Items<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// A [`BlockingStream`] that can still be told where and how.
///
/// It knows the type of the items only, so that an iterator which does not fit is one error.
#[doc(hidden)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct StreamCall<T> {
    start: Box<dyn FnOnce(SpawnOptions, usize) -> Items<T>>,
    options: SpawnOptions,
    ahead: usize,
}

impl<T> StreamCall<T> {
    pub(crate) fn new<I>(make: impl FnOnce() -> I + Send + 'static) -> Self
    where
        I: IntoIterator<Item = T, IntoIter: Send + 'static>,
        T: Send + 'static,
    {
        let make = move || make().into_iter();
        let start =
            move |options, ahead| Box::pin(Producing::new(options, ahead, make)) as Items<T>;
        Self { start: Box::new(start), options: SpawnOptions::default(), ahead: AHEAD }
    }

    /// # Panics
    ///
    /// If the executor cannot be kept: see [`Executor::share`].
    pub fn executor(mut self, executor: &dyn Executor) -> Self {
        let executor = executor.share();
        self.options.executor =
            Some(executor.expect("a stream keeps its executor, which needs `Executor::share`"));
        self
    }

    pub fn limiter(mut self, limiter: &Limiter) -> Self {
        self.options.limiter = Some(limiter.clone());
        self
    }

    #[cfg(feature = "tokio")]
    pub fn runtime(mut self, runtime: &tokio::runtime::Handle) -> Self {
        self.options.runtime = Some(runtime.clone());
        self
    }

    /// # Panics
    ///
    /// If `items` is 0.
    pub fn ahead(mut self, items: usize) -> Self {
        assert!(items > 0, "a stream needs room for one item at least");
        self.ahead = items;
        self
    }

    pub fn start(self) -> BlockingStream<T> {
        BlockingStream { items: (self.start)(self.options, self.ahead) }
    }
}

impl<T> fmt::Debug for StreamCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("ahead", &self.ahead).finish_non_exhaustive()
    }
}
