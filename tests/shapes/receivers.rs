//! Every receiver, in an `impl` whose methods are annotated one by one.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[derive(Clone, Debug, PartialEq)]
struct Counter {
    count: u32,
}

impl Counter {
    const STEP: u32 = 2;

    #[sync_to_async]
    fn new(count: u32) -> Self {
        Self { count }
    }

    #[sync_to_async]
    fn by_reference(&self) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn with_lifetime<'a>(&'a self, other: &'a str) -> usize {
        other.len() + self.count as usize
    }

    #[sync_to_async]
    fn anonymous_lifetime(&'_ self) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn typed_reference(self: &Self) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn named_type(self: &Counter) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn by_value(self) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn mutable(mut self, by: u32) -> Self {
        self.count += by;
        self
    }

    #[sync_to_async]
    fn typed_value(mut self: Self) -> Self {
        self.count += Self::STEP;
        self
    }

    #[sync_to_async]
    fn shared(self: Arc<Self>, by: u32) -> u32 {
        self.count + by
    }

    #[sync_to_async]
    fn mutable_shared(mut self: Arc<Self>) -> u32 {
        Arc::make_mut(&mut self).count += 1;
        self.count
    }

    #[sync_to_async]
    fn boxed(self: Box<Self>) -> Box<Self> {
        self
    }

    #[sync_to_async]
    fn pinned(self: Pin<Box<Self>>) -> u32 {
        self.count
    }

    #[sync_to_async]
    fn borrowed_shared(self: &Arc<Self>) -> usize {
        Arc::strong_count(self)
    }

    #[sync_to_async]
    fn destructures(self, Self { count }: Self, other: &Self) -> u32 {
        let Self { count: own } = self;
        own + count + other.count
    }

    #[sync_to_async]
    fn nested_use(&self) -> u32 {
        let add = |by: u32| self.count + by;
        macro_rules! own_count {
            ($this:ident) => {
                $this.count
            };
        }
        add(own_count!(self))
    }

    #[sync_to_async]
    fn generic<T: Into<u32> + Send + 'static, const N: u32>(&self, value: T) -> u32 {
        self.count + value.into() + N
    }

    #[sync_to_async]
    fn conditional(&self, #[cfg(any())] _never: NoSuchType, #[cfg(not(any()))] by: u32) -> u32 {
        self.count + by
    }

    #[sync_to_async]
    fn patterns(&self, (a, mut b): (u32, u32), _: String) -> u32 {
        b += a;
        self.count + b
    }

    #[sync_to_async]
    fn diverges(&self) -> ! {
        panic!("at {}", self.count)
    }

    #[sync_to_async]
    unsafe fn trusting(&self, index: usize) -> u32 {
        // SAFETY: the caller promises an index of the table.
        self.count + unsafe { *[1, 2, 3].get_unchecked(index) }
    }

    /// Calls a sibling that stayed sync and one that became async.
    #[sync_to_async]
    async fn siblings(&self) -> u32 {
        self.by_reference().await + self.plain()
    }

    fn plain(&self) -> u32 {
        self.count * 10
    }
}

/// Not `Clone`: everything but `&self` works.
struct Unique(Vec<u8>);

impl Unique {
    #[sync_to_async]
    fn open(first: u8) -> Self {
        Unique(vec![first])
    }

    #[sync_to_async]
    fn close(self) -> Vec<u8> {
        self.0
    }

    #[sync_to_async]
    fn len(self: Arc<Self>) -> usize {
        self.0.len()
    }
}

struct Slice<T>(Vec<T>);

impl<T: Clone + Send + Sync + 'static> Slice<T> {
    const LIMIT: usize = 2;

    #[sync_to_async]
    fn make(value: T) -> Slice<T> {
        Self(vec![value; Self::LIMIT])
    }

    #[sync_to_async]
    fn first(self: Box<Self>) -> Option<T> {
        self.0.first().cloned()
    }
}

fn counter() -> Counter {
    Counter { count: 1 }
}

#[test]
fn borrowing_receivers_clone_on_the_caller() {
    block_on(async {
        let it = counter();
        assert_eq!(it.by_reference().await, 1);
        assert_eq!(it.with_lifetime("ab").await, 3);
        assert_eq!(it.anonymous_lifetime().await, 1);
        assert_eq!(it.typed_reference().await, 1);
        assert_eq!(it.named_type().await, 1);
        assert_eq!(it.nested_use().await, 2);
        assert_eq!(it.generic::<u8, 3>(1).await, 5);
        assert_eq!(it.conditional(4).await, 5);
        assert_eq!(it.patterns((1, 2), String::new()).await, 4);
        assert_eq!(it.siblings().await, 11);
    });
}

#[test]
fn owning_receivers_move() {
    block_on(async {
        assert_eq!(counter().by_value().await, 1);
        assert_eq!(counter().mutable(2).await.count, 3);
        assert_eq!(counter().typed_value().await.count, 3);
        assert_eq!(Arc::new(counter()).shared(1).await, 2);
        assert_eq!(Arc::new(counter()).mutable_shared().await, 2);
        assert_eq!(Box::new(counter()).boxed().await.count, 1);
        assert_eq!(Box::pin(counter()).pinned().await, 1);
        assert_eq!(counter().destructures(counter(), &counter()).await, 3);
    });
}

#[test]
fn borrowed_smart_pointer_is_cloned_as_a_pointer() {
    let shared = Arc::new(counter());
    assert_eq!(block_on(shared.borrowed_shared()), 2);
}

#[test]
fn receiverless_functions_see_self_and_the_generics_of_the_impl() {
    block_on(async {
        assert_eq!(Counter::new(4).await, Counter { count: 4 });
        assert_eq!(Slice::make('a').await.0, ['a', 'a']);
        assert_eq!(Box::new(Slice(vec![1])).first().await, Some(1));
    });
}

#[test]
fn type_without_clone_has_all_other_receivers() {
    block_on(async {
        let it = Unique::open(1).await;
        let it = Arc::new(it);
        assert_eq!(it.clone().len().await, 1);
        let it = Arc::into_inner(it).expect("the pool keeps nothing");
        assert_eq!(it.close().await, [1]);
    });
}

#[test]
fn unsafe_and_diverging_methods_work() {
    let it = counter();
    // SAFETY: 2 is an index of the table.
    assert_eq!(block_on(async { unsafe { it.trusting(2) }.await }), 4);
    assert!(std::panic::catch_unwind(|| -> () { block_on(counter().diverges()) }).is_err());
}

#[test]
fn caller_may_hold_what_cannot_be_sent() {
    let local = Rc::new(counter());
    assert_eq!(block_on(async { local.by_reference().await + local.count }), 2);
}
