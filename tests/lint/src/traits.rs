//! Traits and their implementations.

use core::fmt::Debug;

use asyncify_runtime::sync_to_async;

/// Finds things by their names.
#[sync_to_async]
pub trait Lookup: Clone + Send + Sync + 'static {
    /// What it finds.
    type Item: Debug + Send + 'static;

    /// Finds one thing.
    fn find(&self, name: &str) -> Option<Self::Item>;

    /// Makes a lookup.
    fn open(name: String) -> Self;

    /// A default.
    fn describe(&self, (prefix, _): (String, u8)) -> String {
        prefix
    }

    /// Already async.
    async fn has(&self, name: &str) -> bool {
        self.find(name).await.is_some()
    }

    /// Stays sync.
    #[sync_to_async(skip)]
    fn size(&self) -> usize {
        0
    }
}

/// Finds nothing.
#[derive(Clone, Debug)]
pub struct Nothing {
    /// What it is called.
    name: String,
}

#[sync_to_async]
impl Lookup for Nothing {
    type Item = usize;

    fn find(&self, name: &str) -> Option<usize> {
        (self.name == name).then_some(self.size())
    }

    fn open(name: String) -> Self {
        Self { name }
    }

    async fn has(&self, name: &str) -> bool {
        self.find(name).await == Some(0)
    }
}
