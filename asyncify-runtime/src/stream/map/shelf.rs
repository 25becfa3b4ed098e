//! Where results wait for the consumer, in the order in which it wants them.

use std::any::Any;
use std::collections::VecDeque;
use std::mem;

use crate::util::drop_all_quietly;

/// A result, or the panic in its place.
pub(super) type Done<R> = Result<R, Box<dyn Any + Send>>;

/// The order of a map's results: [`InOrder`] or [`AsCompleted`].
pub trait Shelf<R>: private::Sealed + Send + 'static {
    #[doc(hidden)]
    type Results: Results<R>;
}

mod private {
    pub trait Sealed {}
}

#[doc(hidden)]
#[allow(unreachable_pub, reason = "`Map` names it by its bounds")]
pub trait Results<R>: Default + Send {
    /// Adds the result of the item with this number.
    fn put(&mut self, number: usize, done: Done<R>);

    /// Whether there is one that can be given.
    fn is_ready(&self) -> bool;

    /// Moves those that can be given into `batch`, which is empty.
    fn take(&mut self, batch: &mut VecDeque<Done<R>>);

    /// Drops them one by one: a destructor may panic.
    fn drop_quietly(self);
}

/// Results in the order of the items.
#[derive(Clone, Copy, Debug)]
pub enum InOrder {}

/// Results as they come.
#[derive(Clone, Copy, Debug)]
pub enum AsCompleted {}

impl private::Sealed for InOrder {}
impl private::Sealed for AsCompleted {}

impl<R: Send> Shelf<R> for InOrder {
    type Results = Ordered<R>;
}

impl<R: Send> Shelf<R> for AsCompleted {
    type Results = Unordered<R>;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Ordered<R> {
    /// The first slot is that of the item with the number `first`.
    slots: VecDeque<Option<Done<R>>>,
    first: usize,
}

impl<R> Default for Ordered<R> {
    fn default() -> Self {
        Self { slots: VecDeque::new(), first: 0 }
    }
}

impl<R: Send> Results<R> for Ordered<R> {
    fn put(&mut self, number: usize, done: Done<R>) {
        let slot = number - self.first;
        if slot == self.slots.len() {
            self.slots.push_back(Some(done));
            return;
        }
        if slot > self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(done);
    }

    fn is_ready(&self) -> bool {
        matches!(self.slots.front(), Some(Some(_)))
    }

    fn take(&mut self, batch: &mut VecDeque<Done<R>>) {
        while let Some(slot) = self.slots.front_mut() {
            let Some(done) = slot.take() else { return };
            batch.push_back(done);
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
pub struct Unordered<R>(VecDeque<Done<R>>);

impl<R> Default for Unordered<R> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<R: Send> Results<R> for Unordered<R> {
    fn put(&mut self, _: usize, done: Done<R>) {
        self.0.push_back(done);
    }

    fn is_ready(&self) -> bool {
        !self.0.is_empty()
    }

    fn take(&mut self, batch: &mut VecDeque<Done<R>>) {
        // The storage goes to and fro.
        mem::swap(&mut self.0, batch);
    }

    fn drop_quietly(self) {
        drop_all_quietly(self.0);
    }
}
