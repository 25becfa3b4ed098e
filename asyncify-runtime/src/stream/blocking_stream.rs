//! The stream that an annotated function returns, and the builder behind it.

use std::fmt;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{DEFAULT_AHEAD, IterStream};
use crate::call::SpawnOptions;
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::sync::Mutex;

/// A stream of the items of a blocking iterator, returned by a function with
/// `#[sync_to_async(stream)]`.
///
/// The stream is lazy: from the first poll on, the body of the function and the iterator run on
/// blocking threads. The iterator runs ahead of the consumer by the number of items that it makes
/// in about two milliseconds: at least 16 and at most 8192, and never more than the attribute
/// allows. Each item is available as soon as it is made, and the consumer receives all available
/// items at once. A consumer that waits is woken for the first items one by one; later, quick items
/// gather for up to a millisecond, so that a wake-up is worth its cost. If the iterator then blocks
/// unexpectedly, those that it has made are delivered within two milliseconds.
///
/// While a slow consumer leaves no room for more items, the iterator is suspended and occupies no
/// thread. With a `limit`, the iterator holds its permit while it runs.
///
/// # Cancel safety
///
/// `next()` is cancel safe: no item is lost. Dropping the stream stops the iterator at its next
/// item; a call of its `next` that is running cannot be stopped, but
/// [`is_cancelled`](crate::is_cancelled) returns `true` in it. The iterator is dropped on a
/// blocking thread.
///
/// # Panics
///
/// A panic of the body or of the iterator resumes in `poll_next`, after the items that were made
/// before it. `poll_next` also panics if the executor is shut down before the end of the iterator.
#[must_use = "streams do nothing unless polled"]
pub struct BlockingStream<T> {
    /// Never locked: the mutex makes the stream `Sync`.
    items: Mutex<Items<T>>,
}

impl<T> Stream for BlockingStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let items = self.items.get_mut().unwrap_or_else(PoisonError::into_inner);
        items.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for BlockingStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingStream").finish_non_exhaustive()
    }
}

type Items<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// Builds a [`BlockingStream`].
///
/// The type of the iterator is erased here, so that an unsuitable iterator is a single compile
/// error.
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
            move |options, ahead| Box::pin(IterStream::new(options, ahead, make)) as Items<T>;
        Self { start: Box::new(start), options: SpawnOptions::default(), ahead: DEFAULT_AHEAD }
    }

    /// # Panics
    ///
    /// Panics if the executor cannot be shared: see [`Executor::share`].
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
    /// Panics if `items` is 0.
    pub fn ahead(mut self, items: usize) -> Self {
        assert!(items > 0, "a stream needs room for one item at least");
        self.ahead = items;
        self
    }

    pub fn start(self) -> BlockingStream<T> {
        BlockingStream { items: Mutex::new((self.start)(self.options, self.ahead)) }
    }
}

impl<T> fmt::Debug for StreamCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("ahead", &self.ahead).finish_non_exhaustive()
    }
}
