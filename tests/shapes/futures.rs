//! `async fn`s whose bodies block, of every shape; their futures need not be `Send`.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

async fn later<T>(value: T) -> T {
    ready(value).await
}

#[sync_to_async]
async fn unit() {}

#[sync_to_async]
async fn owned(mut text: String, (a, b): (u8, u8)) -> String {
    text.push_str(&later(a + b).await.to_string());
    text
}

#[sync_to_async]
async fn borrowed(text: &str, items: &[u8]) -> usize {
    later(text.len()).await + items.len()
}

#[sync_to_async]
async fn not_send(number: u32) -> u32 {
    let local = Rc::new(Cell::new(number));
    let step = later(1).await;
    local.set(local.get() + step);
    local.get()
}

#[sync_to_async]
async fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = later(text).await.parse()?;
    if number == 0 {
        return Ok(1);
    }
    Ok(number)
}

#[sync_to_async]
async fn opaque(text: String) -> impl std::fmt::Display + Send {
    later(text).await
}

#[sync_to_async]
async fn generic<T, const N: usize>(items: [T; N]) -> Vec<T>
where
    T: Send + 'static,
{
    let mut kept = Vec::new();
    for item in items {
        kept.push(later(item).await);
    }
    kept
}

#[sync_to_async]
async fn never(text: String) -> ! {
    later(()).await;
    panic!("{}", text)
}

#[sync_to_async]
async fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { Box::pin(recursive(depth - 1)).await + 1 }
}

#[sync_to_async]
async unsafe fn trusting(index: usize) -> u8 {
    // SAFETY: the caller promises an index of the table.
    later(unsafe { *[1, 2].get_unchecked(index) }).await
}

#[sync_to_async(rename = "plain_on_pool")]
async fn plain(number: u8) -> u8 {
    later(number).await
}

#[derive(Clone)]
struct Service(u8);

impl Service {
    #[sync_to_async]
    async fn by_reference(&self, by: &[u8]) -> u8 {
        self.0 + later(by[0]).await
    }

    #[sync_to_async]
    async fn by_value(mut self) -> Self {
        self.0 = later(self.0).await + 1;
        self
    }

    #[sync_to_async]
    async fn shared(self: Arc<Self>) -> u8 {
        later(self.0).await
    }

    #[sync_to_async]
    async fn make(number: u8) -> Self {
        later(Self(number)).await
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn async_bodies_run_to_their_end() {
    block_on(async {
        unit().await;
        assert_eq!(owned("a".to_owned(), (1, 2)).await, "a3");
        assert_eq!(borrowed("ab", &[1]).await, 3);
        assert_eq!(fallible("0").await, Ok(1));
        assert_eq!(fallible("7").await, Ok(7));
        assert!(fallible("x").await.is_err());
        assert_eq!(opaque("a".to_owned()).await.to_string(), "a");
        assert_eq!(generic(["a", "b"]).await, ["a", "b"]);
        assert_eq!(recursive(5).await, 5);
        assert_eq!(plain(1).await + plain_on_pool(2).await, 3);
        // SAFETY: 1 is an index of the table.
        assert_eq!(unsafe { trusting(1) }.await, 2);
    });
}

#[test]
fn methods_may_be_async_already() {
    block_on(async {
        let service = Service::make(1).await;
        assert_eq!(service.by_reference(&[2]).await, 3);
        assert_eq!(Arc::new(service.clone()).shared().await, 1);
        assert_eq!(service.by_value().await.0, 2);
    });
}

#[test]
fn future_is_send_though_its_body_is_not() {
    assert_eq!(block_on(is_send(not_send(1))), 2);
}

#[test]
fn panic_of_an_async_body_reaches_the_awaiter() {
    let payload =
        std::panic::catch_unwind(|| -> () { block_on(never("gone".to_owned())) }).unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("gone"));
}
