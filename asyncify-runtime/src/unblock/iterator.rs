//! `Iterator` as `Stream`.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Unblock;
use crate::stream::IterStream;
use crate::task::JoinError;

/// An [`IterStream`] whose type is erased: `T` is not known to be an iterator.
pub(super) trait ErasedStream<T>: Send {
    /// Returns the iterator; see [`IterStream::poll_reclaim`].
    fn poll_reclaim(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<T>, Option<JoinError>>>;

    /// Returns the stream, to be downcast.
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T> ErasedStream<T> for IterStream<T>
where
    T: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn poll_reclaim(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<T>, Option<JoinError>>> {
        Self::poll_reclaim(self, cx)
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl<T> Stream for Unblock<T>
where
    T: Iterator<Item: Send + 'static> + Send + 'static,
{
    type Item = T::Item;

    /// # Panics
    ///
    /// Resumes a panic of the iterator, after the items that were made before it. Panics if the
    /// executor is shut down before the end of the iterator.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T::Item>> {
        let inner = self.get_mut().inner.get_mut();
        inner.abandon_seek();
        if inner.stream.is_none() {
            // A stream cannot return an error: it is recorded for the next operation. A lost value
            // makes no items.
            let flushed = ready!(inner.poll_flushed(cx));
            let Some(value) = inner.value.take() else { return Poll::Ready(None) };
            inner.write_buffer.record(flushed);
            inner.stream = Some(Box::new(IterStream::reclaimable(inner.options.clone(), value)));
        }
        let stream = inner.stream.as_mut().and_then(|stream| stream.as_any().downcast_mut());
        let stream: &mut IterStream<T> = stream.expect("only this method creates it");
        Pin::new(stream).poll_next(cx)
    }
}
