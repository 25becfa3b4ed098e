//! Whole `impl` blocks.

use asyncify_runtime::sync_to_async;

/// A list with methods that block.
#[derive(Clone, Debug, Default)]
pub struct List<Item> {
    /// What is in it.
    items: Vec<Item>,
}

#[sync_to_async]
impl<Item: Clone + PartialEq + Send + Sync + 'static> List<Item> {
    /// The most there may be.
    pub const MOST: usize = 3;

    /// Without a receiver.
    pub fn of(items: &[Item]) -> Self {
        Self { items: items.to_vec() }
    }

    /// Calls what stayed sync.
    pub fn len(&self) -> usize {
        self.count()
    }

    /// Says whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Stays sync.
    #[sync_to_async(skip)]
    #[must_use]
    pub const fn count(&self) -> usize {
        self.items.len()
    }

    /// Moves.
    pub fn push(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    /// Already async.
    pub async fn contains(&self, item: &Item) -> bool {
        !self.is_empty().await && self.items.contains(item)
    }
}

/// A number with counterparts.
#[derive(Clone, Copy, Debug)]
pub struct Number(u32);

#[sync_to_async(suffix = "_async")]
impl Number {
    /// Makes one.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Its value.
    #[must_use]
    pub const fn get(&self) -> u32 {
        self.0
    }

    /// Another one.
    #[must_use]
    pub fn plus(self, by: &[u32]) -> Self {
        Self(by.iter().fold(self.0, |sum, number| sum.saturating_add(*number)))
    }
}
