//! `rename`: the sync function stays, and the async one stands beside it.

use asyncify_runtime::{async_to_sync, sync_to_async};
use asyncify_tests::block_on;

#[sync_to_async(rename = "load_async")]
fn load(text: &str, times: usize) -> Result<String, String> {
    if times == 0 { Err("never".to_owned()) } else { Ok(text.repeat(times)) }
}

#[sync_to_async(rename = "double_async")]
const fn double(number: u32) -> u32 {
    number * 2
}

#[sync_to_async(rename = "first_async")]
fn first<'a, T: Clone + Send + Sync + 'static>(items: &'a [T], fallback: T) -> T {
    items.first().cloned().unwrap_or(fallback)
}

#[sync_to_async(rename = "r#async")]
fn keyword() -> u8 {
    1
}

#[sync_to_async(rename = "read_async")]
unsafe fn read(index: usize) -> u8 {
    // SAFETY: the caller promises an index of the table.
    unsafe { *[1, 2].get_unchecked(index) }
}

#[sync_to_async(rename = "sized_async")]
fn sized<const N: usize>((first, _): (u8, u8), mut rest: [u8; N]) -> u8 {
    rest[0] += first;
    rest[0]
}

#[derive(Clone)]
struct Shape(u8);

impl Shape {
    #[sync_to_async(rename = "area_async")]
    fn area(&self, scale: u8) -> u8 {
        self.0 * scale
    }

    /// That it belongs to an `impl` is seen by `Self`.
    #[sync_to_async(rename = "scaled_async")]
    fn scaled(scale: u8) -> Self {
        Self(scale)
    }

    /// That it belongs to an `impl` is only seen by the new name.
    #[sync_to_async(rename = "Self::sum_async")]
    fn sum<T: Into<u32> + Send + 'static>(left: T, right: T) -> u32 {
        left.into() + right.into()
    }

    #[async_to_sync(rename = "difference_blocking")]
    async fn difference(self, other: u8) -> Self {
        Self(self.0 - other)
    }

    #[async_to_sync(rename = "Self::ready_blocking")]
    async fn ready<const N: u8>() -> u8 {
        std::future::ready(N).await
    }
}

const EIGHT: u32 = double(4);

#[test]
fn both_functions_work() {
    assert_eq!(load("ab", 2), Ok("abab".to_owned()));
    assert_eq!(EIGHT, 8);
    assert_eq!(first(&[1], 2), 1);
    assert_eq!(keyword(), 1);
    assert_eq!(sized((1, 2), [3]), 4);
    assert_eq!(Shape(2).area(3), 6);
    assert_eq!(Shape(3).difference_blocking(1).0 + Shape::ready_blocking::<1>(), 3);
    block_on(async {
        assert_eq!(load_async("ab", 2).await, Ok("abab".to_owned()));
        assert_eq!(load_async("ab", 0).await, Err("never".to_owned()));
        assert_eq!(double_async(4).await, 8);
        assert_eq!(first_async(&["a"], "b").await, "a");
        assert_eq!(r#async().await, 1);
        assert_eq!(sized_async((1, 2), [3]).await, 4);
        assert_eq!(Shape(2).area_async(3).await, 6);
        assert_eq!(Shape::scaled_async(3).await.0 + Shape::scaled(1).0, 4);
        assert_eq!(Shape::sum_async(1_u8, 2).await + Shape::sum(1_u16, 2), 6);
        assert_eq!(Shape(3).difference(1).await.0, 2);
        assert_eq!(Shape::ready::<1>().await, 1);
        // SAFETY: both are indices of the table.
        assert_eq!(unsafe { read(0) } + unsafe { read_async(1) }.await, 3);
    });
}
