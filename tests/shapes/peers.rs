//! The ten shapes that the nearest macro of this kind lost or broke.

use std::path::Path;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

type Fallible<T> = Result<T, std::num::ParseIntError>;

#[derive(Clone)]
struct Client {
    base: String,
}

impl Client {
    #[sync_to_async]
    fn method_generics<T: std::fmt::Display + Send + 'static>(&self, value: T) -> String {
        format!("{}{}", self.base, value)
    }

    #[sync_to_async]
    fn pattern(&self, (a, b): (u8, u8)) -> u8 {
        a + b
    }

    #[sync_to_async]
    fn borrowed(&self, path: &str, file: &Path) -> usize {
        self.base.len() + path.len() + file.as_os_str().len()
    }

    /// The borrow ends on the pool; its owned form comes back.
    #[sync_to_async]
    fn from_self(&self) -> String {
        let part: &str = &self.base[1..];
        part.to_owned()
    }

    #[sync_to_async]
    unsafe fn unsafe_method(&self) -> u8 {
        1
    }

    #[sync_to_async]
    fn impl_trait(&self, value: impl Into<String> + Send + 'static) -> String {
        value.into()
    }

    #[cfg(any())]
    #[sync_to_async]
    fn configured_out(&self) -> NoSuchType {}

    #[sync_to_async]
    #[cfg(any())]
    fn configured_out_below(&self) -> NoSuchType {}

    #[sync_to_async]
    fn other_result(&self, text: &str) -> Fallible<u8> {
        text.parse()
    }

    #[sync_to_async]
    fn io_result(&self) -> std::io::Result<u8> {
        Ok(1)
    }

    #[sync_to_async]
    #[deprecated]
    fn deprecated(&self) -> u8 {
        1
    }
}

#[test]
fn all_ten_work() {
    let client = Client { base: "ab".to_owned() };
    block_on(async {
        assert_eq!(client.method_generics(1).await, "ab1");
        assert_eq!(client.pattern((1, 2)).await, 3);
        assert_eq!(client.borrowed("c", Path::new("d")).await, 4);
        assert_eq!(client.from_self().await, "b");
        // SAFETY: nothing is asked for.
        assert_eq!(unsafe { client.unsafe_method() }.await, 1);
        assert_eq!(client.impl_trait("text").await, "text");
        assert_eq!(client.other_result("7").await, Ok(7));
        assert!(client.other_result("x").await.is_err());
        assert_eq!(client.io_result().await.unwrap(), 1);
        #[allow(deprecated)]
        let one = client.deprecated();
        assert_eq!(one.await, 1);
    });
}
