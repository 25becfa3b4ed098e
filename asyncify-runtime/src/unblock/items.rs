//! `Iterator` as `Stream`.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Unblock;
use crate::stream::IterStream;
use crate::task::JoinError;

/// A [`IterStream`] that gives its iterator back, for who does not know that it is one.
pub(super) trait Items<T>: Send {
    /// The iterator. None: it was lost in a panic, which has been reported.
    fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<T>, Option<JoinError>>>;

    /// Itself, for who does.
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T> Items<T> for IterStream<T>
where
    T: Iterator<Item: Send + 'static> + Send + 'static,
{
    fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<T>, Option<JoinError>>> {
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
    /// A panic of the iterator resumes here, after the items before it, as does a shut-down of the
    /// executor.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T::Item>> {
        self.give_up_seek();
        if self.items.is_none() {
            // There is nothing that an error could be told by: it is kept for who asks next. A value
            // that is lost makes no items.
            let flushed = ready!(self.poll_flushed(cx));
            let Some(value) = self.value.take() else { return Poll::Ready(None) };
            self.output.note(flushed);
            self.items = Some(Box::new(IterStream::reclaimable(self.options.clone(), value)));
        }
        let items = self.items.as_mut().and_then(|items| items.as_any().downcast_mut());
        let items: &mut IterStream<T> = items.expect("made just above, once");
        Pin::new(items).poll_next(cx)
    }
}
