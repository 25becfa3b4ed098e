//! Trait definitions and their implementations, each block under the attribute.

use std::collections::HashMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[sync_to_async]
trait Repository: Clone + Send + Sync + 'static {
    type Item: Clone + Debug + Send + Sync + 'static;
    type Error;
    const NAME: &'static str;

    fn open(name: &str) -> Self
    where
        Self: Sized;

    fn find(&self, key: &str) -> Result<Self::Item, Self::Error>
    where
        Self::Error: Send + 'static;

    fn save(self, item: Self::Item) -> Self;

    fn count(self: Arc<Self>) -> usize;

    /// A default that calls a skipped sibling.
    fn describe(&self, (prefix, mut times): (String, usize)) -> String {
        times += 1;
        format!("{}{}", prefix.repeat(times), self.name())
    }

    /// A default without a receiver.
    fn constant() -> &'static str {
        Self::NAME
    }

    #[sync_to_async(skip)]
    fn name(&self) -> String {
        Self::NAME.to_owned()
    }

    /// Already async, and blocking.
    async fn both(&self, key: &str) -> bool
    where
        Self::Error: Send + 'static,
    {
        self.find(key).await.is_ok()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Memory<V> {
    values: HashMap<String, V>,
}

#[sync_to_async]
impl<V> Repository for Memory<V>
where
    V: Clone + Debug + Default + Send + Sync + 'static,
{
    type Item = (String, V);
    type Error = String;
    const NAME: &'static str = "memory";

    fn open(name: &str) -> Self {
        let mut values = HashMap::new();
        values.insert(name.to_owned(), V::default());
        Self { values }
    }

    fn find(&self, key: &str) -> Result<Self::Item, Self::Error> {
        let value = self.values.get(key).cloned().ok_or_else(|| format!("no {}", key))?;
        Ok((key.to_owned(), value))
    }

    fn save(mut self, (key, value): Self::Item) -> Self {
        self.values.insert(key, value);
        self
    }

    fn count(self: Arc<Self>) -> usize {
        self.values.len()
    }
}

/// Takes the defaults' place.
#[derive(Clone)]
struct Nothing;

#[sync_to_async]
impl Repository for Nothing {
    type Item = ();
    type Error = std::convert::Infallible;
    const NAME: &'static str = "nothing";

    fn open(_: &str) -> Self {
        Self
    }

    fn find(&self, _key: &str) -> Result<(), Self::Error> {
        Ok(())
    }

    fn save(self, (): ()) -> Self {
        self
    }

    fn count(self: Arc<Self>) -> usize {
        0
    }

    fn describe(&self, (prefix, _): (String, usize)) -> String {
        prefix
    }

    #[sync_to_async(skip)]
    fn name(&self) -> String {
        "?".to_owned()
    }

    async fn both(&self, _: &str) -> bool {
        std::future::ready(false).await
    }
}

#[sync_to_async]
trait Convert<From, const N: usize = 1>
where
    From: Send + 'static,
{
    type Into: Send + 'static;

    fn convert(self, from: From) -> [Self::Into; N]
    where
        Self: Sized + Send + 'static;

    fn generic<T: Clone + Send + Sync + 'static>(
        &self,
        value: &T,
        other: impl Into<T> + Send + 'static,
    ) -> (T, T)
    where
        Self: Clone + Send + Sync + 'static,
    {
        (value.clone(), other.into())
    }
}

#[derive(Clone)]
struct Times<T>(PhantomData<T>);

#[sync_to_async]
impl<T, const N: usize> Convert<u8, N> for Times<T>
where
    T: From<u8> + Send + 'static,
{
    type Into = T;

    fn convert(self, from: u8) -> [T; N] {
        std::array::from_fn(|_| T::from(from))
    }
}

/// For every type.
#[sync_to_async]
trait Show {
    fn show(&self) -> String
    where
        Self: Clone + Debug + Send + Sync + 'static,
    {
        format!("{:?}", self)
    }
}

impl<T> Show for T {}

/// For a type of another crate.
#[sync_to_async]
trait Length {
    fn length(&self, unit: &str) -> String;
}

#[sync_to_async]
impl Length for String {
    fn length(&self, unit: &str) -> String {
        format!("{} {}", self.len(), unit)
    }
}

#[sync_to_async]
impl<T: Clone + Send + Sync + 'static> Length for Vec<T> {
    fn length(&self, unit: &str) -> String {
        format!("{} {}", self.len(), unit)
    }
}

#[sync_to_async]
impl Length for (u8, u8) {
    fn length(&self, unit: &str) -> String {
        let (a, b) = *self;
        format!("{} {}", a + b, unit)
    }
}

#[sync_to_async]
unsafe trait Raw {
    unsafe fn at(&self, index: usize) -> u8;
}

#[sync_to_async]
unsafe impl Raw for [u8; 2] {
    unsafe fn at(&self, index: usize) -> u8 {
        // SAFETY: the caller's contract.
        unsafe { *self.get_unchecked(index) }
    }
}

/// A trait without the attribute, whose signatures an annotated `impl` satisfies.
trait Handwritten {
    fn answer(&self) -> impl std::future::Future<Output = u8> + Send;
}

#[sync_to_async]
impl Handwritten for Nothing {
    fn answer(&self) -> u8 {
        42
    }
}

mod inner {
    use asyncify_runtime::sync_to_async;

    #[sync_to_async]
    pub(crate) trait Visible {
        /// Spans modules.
        fn visible(&self) -> u8;
    }

    #[sync_to_async]
    impl Visible for u8 {
        fn visible(&self) -> u8 {
            *self
        }
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

/// What a caller that knows only the trait can do.
async fn through<R: Repository>(repository: R, item: R::Item) -> (usize, String)
where
    R::Error: Send,
{
    let repository = is_send(repository.save(item)).await;
    let text = is_send(repository.describe(("a".to_owned(), 1))).await;
    (Arc::new(repository).count().await, text)
}

#[test]
fn implementation_answers_through_the_trait() {
    block_on(async {
        let memory = Memory::<u8>::open("one").await;
        assert_eq!(memory.find("one").await, Ok(("one".to_owned(), 0)));
        assert_eq!(memory.find("two").await, Err("no two".to_owned()));
        assert_eq!(through(memory, ("two".to_owned(), 2)).await, (2, "aamemory".to_owned()));
        assert_eq!(through(Nothing::open("").await, ()).await, (0, "a".to_owned()));
    });
}

#[test]
fn defaults_are_inherited_and_replaced() {
    block_on(async {
        let memory = Memory::<u8>::open("one").await;
        assert!(memory.both("one").await);
        assert!(!Nothing.both("one").await);
        assert_eq!(Memory::<u8>::constant().await, "memory");
        assert_eq!(Nothing::constant().await, "nothing");
        assert_eq!((memory.name(), Nothing.name()), ("memory".to_owned(), "?".to_owned()));
        assert_eq!("a".show().await, "\"a\"");
    });
}

#[test]
fn generic_traits_and_methods_work() {
    block_on(async {
        let converted: [u32; 2] = Times(PhantomData).convert(7).await;
        assert_eq!(converted, [7, 7]);
        let times = Times::<u16>(PhantomData);
        let pair = Convert::<u8, 1>::generic(&times, &"a".to_owned(), "b").await;
        assert_eq!(pair, ("a".to_owned(), "b".to_owned()));
    });
}

#[test]
fn foreign_types_and_foreign_signatures_work() {
    block_on(async {
        assert_eq!("abc".to_owned().length("bytes").await, "3 bytes");
        assert_eq!(vec![1].length("items").await, "1 items");
        assert_eq!((1, 2).length("cm").await, "3 cm");
        assert_eq!(Nothing.answer().await, 42);
        assert_eq!(inner::Visible::visible(&3).await, 3);
        // SAFETY: 1 is an index of the array.
        assert_eq!(unsafe { [1, 2].at(1) }.await, 2);
    });
}
