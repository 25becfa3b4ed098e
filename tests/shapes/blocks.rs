//! A whole `impl` block under the attribute.

use std::sync::Arc;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[derive(Clone, Debug, Default, PartialEq)]
struct Store<T> {
    items: Vec<T>,
}

#[sync_to_async]
impl<T> Store<T>
where
    T: Clone + Default + PartialEq + Send + Sync + 'static,
{
    /// Stays a constant.
    const CAPACITY: usize = 3;

    fn new() -> Self {
        Self { items: Vec::with_capacity(Self::CAPACITY) }
    }

    fn of(items: &[T]) -> Store<T> {
        Store { items: items.to_vec() }
    }

    fn push(mut self, item: T) -> Self {
        self.items.push(item);
        self
    }

    fn len(&self) -> usize {
        self.len_now()
    }

    /// Stays sync for its siblings.
    #[sync_to_async(skip)]
    fn len_now(&self) -> usize {
        self.items.len()
    }

    #[sync_to_async(skip)]
    const fn capacity() -> usize {
        Self::CAPACITY
    }

    #[sync_to_async(skip)]
    fn first_mut(&mut self) -> Option<&mut T> {
        self.items.first_mut()
    }

    fn zip<U: Clone + Send + Sync + 'static>(&self, others: &[U]) -> Vec<(T, U)> {
        self.items.iter().cloned().zip(others.iter().cloned()).collect()
    }

    fn merge(self, Self { mut items }: Self) -> Result<Self, Self> {
        items.extend(self.items);
        if items.len() > Self::CAPACITY { Err(Self { items }) } else { Ok(Self { items }) }
    }

    fn contains(self: Arc<Self>, item: impl Into<T> + Send + 'static) -> bool {
        self.items.contains(&item.into())
    }

    async fn awaited(&self) -> usize {
        self.len().await + std::future::ready(1).await
    }

    #[cfg(any())]
    fn absent(&self) -> NoSuchType {
        unreachable!()
    }

    #[must_use]
    #[allow(clippy::unused_self)]
    pub(crate) fn attributed(&self) -> u8 {
        1
    }

    unsafe fn unchecked(&self, index: usize) -> T {
        // SAFETY: the caller's contract.
        unsafe { self.items.get_unchecked(index).clone() }
    }
}

#[derive(Clone)]
struct Both(u8);

#[sync_to_async(suffix = "_async")]
impl Both {
    const ONE: u8 = 1;

    pub(crate) const fn new(value: u8) -> Self {
        Self(value)
    }

    fn get(&self) -> u8 {
        self.0
    }

    fn add(&self, by: &[u8]) -> u8 {
        self.get() + by.iter().sum::<u8>()
    }

    fn made(value: u8) -> Self {
        Self::new(value + Self::ONE)
    }

    #[sync_to_async(skip)]
    fn set(&mut self, value: u8) {
        self.0 = value;
    }
}

struct Empty;

#[sync_to_async]
impl Empty {}

#[test]
fn all_methods_of_a_block_become_async() {
    block_on(async {
        let store = Store::<u8>::new().await.push(1).await.push(2).await;
        assert_eq!(store.len().await, 2);
        assert_eq!(store.zip(&["a", "b"]).await, [(1, "a"), (2, "b")]);
        assert_eq!(store.awaited().await, 3);
        assert_eq!(store.attributed().await, 1);
        assert_eq!(Store::of(&[1, 2]).await, store);
        assert!(Arc::new(store.clone()).contains(2).await);
        assert_eq!(store.clone().merge(Store::default()).await, Ok(store.clone()));
        assert_eq!(store.clone().merge(store.clone()).await.unwrap_err().items, [1, 2, 1, 2]);
        // SAFETY: the store has two items.
        assert_eq!(unsafe { store.unchecked(1) }.await, 2);
    });
}

#[test]
fn skipped_methods_stay_sync() {
    let mut store = block_on(Store::of(&[1]));
    assert_eq!(store.len_now(), 1);
    *store.first_mut().unwrap() = 2;
    assert_eq!(store.items, [2]);
    const CAPACITY: usize = Store::<u8>::capacity();
    assert_eq!(CAPACITY, 3);
}

#[test]
fn suffix_keeps_the_sync_methods_beside_their_counterparts() {
    const CONSTANT: Both = Both::new(1);
    let mut both = CONSTANT;
    both.set(2);
    assert_eq!(both.get(), 2);
    assert_eq!(both.add(&[1]), 3);
    block_on(async {
        assert_eq!(both.get_async().await, 2);
        assert_eq!(both.add_async(&[1, 2]).await, 5);
        assert_eq!(Both::new_async(4).await.0, 4);
        assert_eq!(Both::made_async(4).await.0, 5);
    });
    let Empty = Empty;
}
