//! The buffer of results, in the order in which the consumer receives them.

use std::collections::VecDeque;
use std::mem;
use std::thread;

/// The order in which a map returns its results.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// That of the items.
    Items,
    /// That in which the calls complete.
    Completion,
}

/// Results that the consumer has not received. A call that panicked has its payload for a result.
pub(super) struct ResultBuffer<R> {
    order: Order,
    /// In the order of the items, the first slot is that of the item with the index `first`. In the
    /// order of completion, no slot is empty.
    slots: VecDeque<Option<thread::Result<R>>>,
    first: usize,
}

impl<R> ResultBuffer<R> {
    pub(super) fn new(order: Order) -> Self {
        Self { order, slots: VecDeque::new(), first: 0 }
    }

    /// Adds the result of the item with this index.
    pub(super) fn push(&mut self, index: usize, result: thread::Result<R>) {
        let slot = match self.order {
            Order::Items => index - self.first,
            Order::Completion => self.slots.len(),
        };
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(result);
    }

    /// Returns whether there is a result that the consumer can receive.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.slots.front(), Some(Some(_)))
    }

    /// Moves the results that the consumer can receive into `batch`.
    pub(super) fn take(&mut self, batch: &mut VecDeque<thread::Result<R>>) {
        while let Some(result) = self.slots.front_mut().and_then(Option::take) {
            batch.push_back(result);
            self.slots.pop_front();
            self.first += 1;
        }
    }

    /// Removes all results, for the caller to drop.
    pub(super) fn clear(&mut self) -> VecDeque<Option<thread::Result<R>>> {
        mem::take(&mut self.slots)
    }
}
