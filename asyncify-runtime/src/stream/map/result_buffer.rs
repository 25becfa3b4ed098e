//! The buffer of results, in the order in which the consumer receives them.

use std::collections::VecDeque;
use std::mem;
use std::thread;

use crate::util::drop_all_quietly;

/// The order of a map's results: [`InOrder`] or [`AsCompleted`].
pub trait ResultOrder<R>: private::Sealed + Send + 'static {
    #[doc(hidden)]
    type Buffer: ResultBuffer<R>;
}

mod private {
    pub trait Sealed {}
}

/// Results that the consumer has not received. A call that panicked has its payload for a result.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "the bounds of `Map` name it")]
pub trait ResultBuffer<R>: Default + Send {
    /// Adds the result of the item with this index.
    fn push(&mut self, index: usize, result: thread::Result<R>);

    /// Returns whether there is a result that the consumer can receive.
    fn is_ready(&self) -> bool;

    /// Moves the results that the consumer can receive into `batch`, which must be empty.
    fn take(&mut self, batch: &mut VecDeque<thread::Result<R>>);

    /// Drops all results, even if the destructor of one panics.
    fn drop_quietly(self);
}

/// Results are returned in the order of their items.
#[derive(Clone, Copy, Debug)]
pub enum InOrder {}

/// Results are returned in the order in which the calls complete.
#[derive(Clone, Copy, Debug)]
pub enum AsCompleted {}

impl private::Sealed for InOrder {}
impl private::Sealed for AsCompleted {}

impl<R: Send> ResultOrder<R> for InOrder {
    type Buffer = ReorderBuffer<R>;
}

impl<R: Send> ResultOrder<R> for AsCompleted {
    type Buffer = UnorderedBuffer<R>;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct ReorderBuffer<R> {
    /// The first slot is that of the item with the index `first`.
    slots: VecDeque<Option<thread::Result<R>>>,
    first: usize,
}

impl<R> Default for ReorderBuffer<R> {
    fn default() -> Self {
        Self { slots: VecDeque::new(), first: 0 }
    }
}

impl<R: Send> ResultBuffer<R> for ReorderBuffer<R> {
    fn push(&mut self, index: usize, result: thread::Result<R>) {
        let slot = index - self.first;
        if slot == self.slots.len() {
            self.slots.push_back(Some(result));
            return;
        }
        if slot > self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(result);
    }

    fn is_ready(&self) -> bool {
        matches!(self.slots.front(), Some(Some(_)))
    }

    fn take(&mut self, batch: &mut VecDeque<thread::Result<R>>) {
        while let Some(slot) = self.slots.front_mut() {
            let Some(result) = slot.take() else { return };
            batch.push_back(result);
            self.slots.pop_front();
            self.first += 1;
        }
    }

    fn drop_quietly(self) {
        drop_all_quietly(self.slots);
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct UnorderedBuffer<R>(VecDeque<thread::Result<R>>);

impl<R> Default for UnorderedBuffer<R> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<R: Send> ResultBuffer<R> for UnorderedBuffer<R> {
    fn push(&mut self, _: usize, result: thread::Result<R>) {
        self.0.push_back(result);
    }

    fn is_ready(&self) -> bool {
        !self.0.is_empty()
    }

    fn take(&mut self, batch: &mut VecDeque<thread::Result<R>>) {
        // The two allocations are reused in turns.
        mem::swap(&mut self.0, batch);
    }

    fn drop_quietly(self) {
        drop_all_quietly(self.0);
    }
}
