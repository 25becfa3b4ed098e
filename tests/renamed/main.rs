//! The runtime under another name, and behind another crate's re-export.

use asyncify_tests::block_on;
use offload::{asyncify, sync_to_async};

/// As a library would re-export it for its own macros.
mod vendored {
    pub(crate) mod runtime {
        pub(crate) use offload::*;
    }
}

/// A module of that name must not be taken for the crate.
mod asyncify_runtime {}

#[sync_to_async(crate = ::offload)]
fn sync(text: &str, (a, b): (u8, u8)) -> usize {
    text.len() + usize::from(a + b)
}

#[sync_to_async(crate = ::offload)]
async fn asynchronous(text: &str) -> usize {
    std::future::ready(text.len()).await
}

#[sync_to_async(crate = crate::vendored::runtime, executor = &vendored::runtime::Inline)]
fn vendored(number: u8) -> std::thread::ThreadId {
    let _ = number;
    std::thread::current().id()
}

#[sync_to_async(rename = "counterpart", crate = ::offload)]
fn original(number: u8) -> u8 {
    number
}

#[derive(Clone)]
struct Service(u8);

#[sync_to_async(crate = ::offload)]
impl Service {
    fn get(&self) -> u8 {
        self.0
    }

    fn make(number: u8) -> Self {
        Self(number)
    }
}

#[sync_to_async(crate = ::offload)]
trait Works {
    fn work(&self, by: &[u8]) -> u8;

    fn default(&self) -> u8
    where
        Self: Clone + Send + Sync + 'static,
    {
        1
    }
}

#[sync_to_async(crate = crate::vendored::runtime)]
impl Works for Service {
    fn work(&self, by: &[u8]) -> u8 {
        self.0 + by.iter().sum::<u8>()
    }
}

/// What a library's own macro expands to in its users' crates.
macro_rules! offloaded {
    ($(#[$attr:meta])* fn $name:ident() -> $output:ty $body:block) => {
        $(#[$attr])*
        #[$crate::vendored::runtime::sync_to_async(crate = $crate::vendored::runtime)]
        fn $name() -> $output $body
    };
}

offloaded! {
    /// Knows nothing of the runtime.
    fn from_a_macro() -> u8 { 9 }
}

#[test]
fn attribute_finds_the_crate_it_is_told() {
    block_on(async {
        assert_eq!(sync("abc", (1, 2)).await, 6);
        assert_eq!(asynchronous("ab").await, 2);
        assert_eq!(vendored(1).await, std::thread::current().id());
        assert_eq!((original(1), counterpart(2).await), (1, 2));
        assert_eq!(from_a_macro().await, 9);
    });
}

#[test]
fn blocks_find_the_crate_they_are_told() {
    block_on(async {
        let service = Service::make(3).await;
        assert_eq!(service.get().await, 3);
        assert_eq!(service.work(&[1, 1]).await, 5);
        assert_eq!(service.default().await, 1);
    });
}

#[test]
fn inline_macro_finds_its_crate_by_itself() {
    block_on(async {
        let text = String::from("abc");
        assert_eq!(asyncify!(str::len(&text)).await, 3);
        assert_eq!(offload::asyncify!(text.len()).await, 3);
        assert_eq!(vendored::runtime::asyncify!({ 7 }).await, 7);
    });
}
