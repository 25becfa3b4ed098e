//! Methods that are annotated one by one.

use std::sync::Arc;

use asyncify_runtime::sync_to_async;

/// Something with methods that block.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    name: String,
}

impl Service {
    /// Without a receiver.
    #[sync_to_async]
    pub fn connect(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// Borrows.
    #[sync_to_async]
    pub fn length(&self, other: &str) -> usize {
        self.name.len().saturating_add(other.len())
    }

    /// Moves.
    #[sync_to_async]
    pub fn rename(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    /// Shared.
    #[sync_to_async]
    pub fn shared(self: Arc<Self>, _: u8) -> usize {
        self.name.len()
    }

    /// Boxed.
    #[sync_to_async]
    pub fn boxed(self: Box<Self>) -> String {
        self.name
    }

    /// Patterns and generics.
    #[sync_to_async]
    pub fn patterns<Number>(&self, (left, _): (Number, u8), _unused: u8) -> u64
    where
        Number: Into<u64> + Send + 'static,
    {
        left.into().saturating_add(u64::from(self.name.is_empty()))
    }

    /// Already async.
    #[sync_to_async]
    pub async fn asynchronous(&self, other: &str) -> usize {
        self.length(other).await
    }

    /// Fails.
    ///
    /// # Errors
    ///
    /// When there is no name.
    #[sync_to_async]
    pub fn fallible(&self) -> Result<char, String> {
        self.name.chars().next().ok_or_else(String::new)
    }

    /// Private and in use.
    #[sync_to_async]
    fn private(&self) -> usize {
        self.name.len()
    }

    /// Uses what is private.
    pub async fn uses_private(&self) -> usize {
        self.private().await
    }
}
