//! An iterator over files that is advanced on the pool, many items per call.
//!
//! A batch ends after [`TIME`] or [`ITEMS`], so the items of a slow directory do not wait for each
//! other, and a call is worth its cost for those of a fast one. While the consumer takes a batch,
//! the next one is made. The iterator is dropped by the call that finds its end, or on the pool.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use std::vec;

use asyncify_runtime::{BlockingCall, JoinHandle};

/// Long compared with the cost of a call, about 20 us, and short for a consumer.
const TIME: Duration = Duration::from_millis(1);
/// The most items that a batch has: they are held in memory.
const ITEMS: usize = 4096;
/// The most items that are made before the clock is read again.
const STEP: usize = 32;

/// The items of an iterator that is advanced ahead of its consumer.
pub(crate) struct Batches<I: Iterator> {
    items: vec::IntoIter<I::Item>,
    rest: Rest<I>,
}

enum Rest<I: Iterator> {
    /// The next batch is being made.
    Next(JoinHandle<Batch<I>>),
    End,
}

/// The items of one call, and the iterator unless it has ended.
pub(crate) struct Batch<I: Iterator> {
    items: Vec<I::Item>,
    rest: Option<I>,
}

impl<I: Iterator> Batch<I> {
    /// Takes items from the iterator. Blocks.
    pub(crate) fn take(mut iterator: I) -> Self {
        let start = Instant::now();
        let mut items = Vec::with_capacity(STEP);
        while items.len() < ITEMS && (items.is_empty() || start.elapsed() < TIME) {
            let before = items.len();
            // Of slow items, the first is a batch.
            let step = before.clamp(1, STEP);
            items.extend(iterator.by_ref().take(step));
            if items.len() < before + step {
                return Self { items, rest: None };
            }
        }
        Self { items, rest: Some(iterator) }
    }
}

impl<I, T> Batches<I>
where
    I: Iterator<Item = io::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    /// Continues after a batch. Called on the thread of the consumer, whose executor it uses.
    pub(crate) fn new(batch: Batch<I>) -> Self {
        let mut batches = Self { items: Vec::new().into_iter(), rest: Rest::End };
        batches.receive(batch);
        batches
    }

    /// Begins with the first batch of an iterator, which `make` creates on the pool.
    #[cfg(feature = "walk")]
    pub(crate) fn start(make: impl FnOnce() -> I + Send + 'static) -> Self {
        let call = BlockingCall::new(move || Batch::take(make())).spawn();
        Self { items: Vec::new().into_iter(), rest: Rest::Next(call) }
    }

    fn receive(&mut self, batch: Batch<I>) {
        self.items = batch.items.into_iter();
        self.rest = match batch.rest {
            Some(iterator) => Rest::Next(BlockingCall::new(move || Batch::take(iterator)).spawn()),
            None => Rest::End,
        };
    }

    /// Returns the next item. If the pool refuses a call, its error is the last item.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<T>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(item));
            }
            let Rest::Next(call) = &mut self.rest else { return Poll::Ready(None) };
            match ready!(Pin::new(call).poll(cx)) {
                Ok(batch) => self.receive(batch),
                Err(error) => {
                    self.rest = Rest::End;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
    }
}

impl<I: Iterator> Drop for Batches<I> {
    fn drop(&mut self) {
        if let Rest::Next(call) = &self.rest {
            call.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::iter;
    use std::thread;

    use super::*;

    #[test]
    fn slow_items_do_not_wait_for_each_other() {
        let mut iterator = Some(iter::repeat_with(|| thread::sleep(TIME)));
        for _ in 0..3 {
            let batch = Batch::take(iterator.take().unwrap());
            assert_eq!(batch.items.len(), 1);
            iterator = batch.rest;
        }
    }

    #[test]
    fn batches_have_all_items_in_order_and_are_bounded() {
        for count in [0, 1, 2, 3, 31, 32, 33, 10_000] {
            let (mut rest, mut items) = (Some(0..count), Vec::new());
            while let Some(iterator) = rest {
                let mut batch = Batch::take(iterator);
                assert!(batch.items.len() <= ITEMS);
                items.append(&mut batch.items);
                rest = batch.rest;
            }
            assert!(items.into_iter().eq(0..count));
        }
    }
}
