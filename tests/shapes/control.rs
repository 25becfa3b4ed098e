//! Shapes under the arguments that change how a call runs.

use std::sync::Arc;
use std::time::Duration;

use asyncify_runtime::{BlockingPool, Error, Limiter, async_to_sync, sync_to_async};
use asyncify_tests::block_on;

#[sync_to_async(limit = 4, timeout = "30s")]
fn with_all_patterns(
    (a, mut b): (u32, u32),
    _: String,
    #[cfg(any())] never: NoSuchType,
    #[cfg(not(any()))] by: u32,
    text: &str,
) -> Result<u32, Error> {
    b += by;
    Ok(a + b + text.len() as u32)
}

#[sync_to_async(rename = "twice_async", limit = 1)]
fn twice(number: u32) -> u32 {
    number * 2
}

#[sync_to_async(executor = pool, limiter = &limiter.clone())]
fn used_only_in_options(pool: &BlockingPool, limiter: Limiter, value: u8) -> u8 {
    value
}

#[derive(Clone)]
struct Bounded;

impl Bounded {
    #[sync_to_async(limiter = limiter)]
    fn used_only_in_an_option(&self, limiter: &Limiter) -> u8 {
        2
    }
}

#[sync_to_async(limiter = &timeout, timeout = executor)]
fn named_as_arguments<T>(timeout: &Limiter, executor: Duration, __limiter: T) -> Result<T, Error>
where
    T: Send + 'static,
{
    let _ = (timeout.limit(), executor);
    Ok(__limiter)
}

#[sync_to_async(lend)]
fn lends_patterns(
    ref mut whole: &mut Vec<u8>,
    mut list: &mut Vec<u8>,
    (a, b): (u8, u8),
    _: &mut String,
    #[cfg(any())] never: &mut NoSuchType,
    #[cfg(not(any()))] there: &mut u8,
) -> usize {
    whole.push(a);
    list.push(b);
    *there = a;
    let taken = &mut list;
    taken.push(b);
    whole.len() + list.len()
}

#[sync_to_async(lend)]
async fn lends_to_async<T: Default + Send + 'static, const N: usize>(
    to: &mut [T; 2],
    from: [T; N],
) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = std::future::ready(from).await;
    }
}

#[derive(Clone, Default, Debug, PartialEq)]
struct State {
    count: u32,
}

impl State {
    #[sync_to_async(lend)]
    fn by_reference<'a>(&'a mut self, by: &'a u32) -> u32 {
        self.count += by;
        self.count
    }

    #[sync_to_async(lend)]
    fn typed(self: &mut Self) -> u32 {
        self.count += 1;
        self.count
    }

    #[sync_to_async(lend, rename = "add_async")]
    fn add(&mut self, #[cfg(not(any()))] by: u32) -> u32 {
        self.count += by;
        self.count
    }

    #[sync_to_async(lend)]
    unsafe fn trusted(&mut self) -> u32 {
        self.count
    }
}

#[sync_to_async(in_place)]
fn in_place_patterns<'a>(
    (a, b): (&'a str, &mut u32),
    ref mut c: u8,
    _: &dyn Fn(&str) -> usize,
    #[cfg(not(any()))] options: Option<&mut Vec<u8>>,
) -> impl AsRef<str> + use<'a> {
    *b += 1;
    *c += 1;
    if let Some(options) = options {
        options.push(*c);
    }
    a
}

#[sync_to_async(in_place)]
impl State {
    fn peek(&self) -> &u32 {
        &self.count
    }

    fn pick<'a>(&mut self, other: &'a mut State) -> &'a mut u32 {
        self.count += 1;
        &mut other.count
    }

    async fn picked(self: &Arc<Self>) -> usize {
        std::future::ready(Arc::strong_count(self)).await
    }

    unsafe fn raw(&self) -> u32 {
        self.count
    }

    fn try_parse(text: &str) -> Result<Self, std::num::ParseIntError> {
        Ok(Self { count: text.parse()? })
    }
}

#[test]
fn every_pattern_passes_through_limits() {
    block_on(async {
        assert_eq!(with_all_patterns((1, 2), String::new(), 3, "four").await, Ok(10));
        assert_eq!(twice_async(twice(2)).await, 8);
        let limiter = Limiter::new(1);
        let pool = asyncify_runtime::global();
        assert_eq!(used_only_in_options(pool, limiter.clone(), 1).await, 1);
        assert_eq!(Bounded.used_only_in_an_option(&limiter).await, 2);
        assert_eq!(named_as_arguments(&limiter, Duration::MAX, 'c').await, Ok('c'));
    });
}

#[test]
fn every_pattern_can_be_lent() {
    block_on(async {
        let (mut left, mut right, mut there) = (vec![], vec![], 0);
        let mut text = String::from("kept");
        let pair = (1, 2);
        assert_eq!(lends_patterns(&mut left, &mut right, pair, &mut text, &mut there).await, 3);
        assert_eq!((left, right, text, there), (vec![1], vec![2, 2], "kept".to_owned(), 1));
        let mut to = [String::new(), String::new()];
        lends_to_async(&mut to, ["a".to_owned()]).await;
        assert_eq!(to, ["a", ""]);

        let mut state = State { count: 1 };
        assert_eq!(state.by_reference(&2).await, 3);
        assert_eq!(state.typed().await, 4);
        assert_eq!(state.add(1), 5);
        assert_eq!(state.add_async(1).await, 6);
        // SAFETY: there is nothing to trust in.
        assert_eq!(unsafe { state.trusted() }.await, 6);
        assert_eq!(state, State { count: 6 });
    });
}

struct Rows<'a>(&'a [u8]);

// The sync function leaves out lifetimes that an `async fn` would have to name.
#[sync_to_async(in_place, rename = "skip_in_place")]
#[allow(elided_lifetimes_in_paths, clippy::needless_pass_by_value)]
fn skip(rows: Rows, count: usize) -> Rows {
    Rows(&rows.0[count..])
}

#[test]
fn counterpart_in_place_names_no_lifetime_that_the_function_does_not() {
    let numbers = [1, 2, 3];
    let rows = block_on(skip_in_place(skip(Rows(&numbers), 1), 1));
    assert_eq!(rows.0, [3]);
}

#[test]
fn every_pattern_stays_in_place() {
    block_on(async {
        let (mut number, mut list) = (1, vec![]);
        let len: &dyn Fn(&str) -> usize = &str::len;
        let text = in_place_patterns(("text", &mut number), 1, len, Some(&mut list)).await;
        assert_eq!((text.as_ref(), number, list), ("text", 2, vec![2]));

        let (mut state, mut other) = (State { count: 1 }, State { count: 5 });
        assert_eq!(*state.peek().await, 1);
        *state.pick(&mut other).await += 1;
        assert_eq!((state.count, other.count), (2, 6));
        // SAFETY: there is nothing to trust in.
        assert_eq!(unsafe { state.raw() }.await, 2);
        assert_eq!(Arc::new(state).picked().await, 1);
        assert_eq!(State::try_parse("8").await, Ok(State { count: 8 }));
        assert!(State::try_parse("eight").await.is_err());
    });
}

macro_rules! made {
    ($(#[$attr:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $out:ty $body:block) => {
        $(#[$attr])*
        async fn $name($($arg: $ty),*) -> $out $body
    };
}

made! {
    #[async_to_sync]
    sum(left: &[u32], right: u32) -> u32 {
        left.iter().sum::<u32>() + std::future::ready(right).await
    }
}

#[async_to_sync(rename = "joined")]
async fn join<'a, T: AsRef<str>>(&(ref a, b): &(T, &'a str), mut to: String) -> (String, &'a str) {
    to.push_str(a.as_ref());
    (to, b)
}

#[async_to_sync]
async fn early(number: Option<u8>) -> Option<u8> {
    if number == Some(1) {
        return None;
    }
    let number = number?;
    Some(std::future::ready(number).await)
}

#[async_to_sync]
async unsafe fn unchecked(bytes: &[u8], index: usize) -> u8 {
    // SAFETY: the caller promises an index of the slice.
    unsafe { *bytes.get_unchecked(index) }
}

#[test]
fn async_functions_of_every_shape_have_sync_faces() {
    assert_eq!(sum(&[1, 2], 3), 6);
    assert_eq!(joined(&("a", "b"), String::from("_")), ("_a".to_owned(), "b"));
    assert_eq!(block_on(join(&("a", "b"), String::new())), ("a".to_owned(), "b"));
    assert_eq!((early(None), early(Some(1)), early(Some(2))), (None, None, Some(2)));
    // SAFETY: an index of the slice.
    assert_eq!(unsafe { unchecked(&[1, 2], 1) }, 2);
}
