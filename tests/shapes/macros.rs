//! Functions made by `macro_rules!`, from fragments of every kind.

use asyncify_runtime::{asyncify, sync_to_async};
use asyncify_tests::block_on;

macro_rules! whole {
    ($(#[$attr:meta])* $vis:vis fn $name:ident($($param:ident: $ty:ty),*) -> $output:ty $body:block) => {
        $(#[$attr])*
        #[sync_to_async]
        $vis fn $name($($param: $ty),*) -> $output $body
    };
}

whole! {
    /// Documented by whoever calls the macro.
    pub(crate) fn sum(a: u8, b: &[u8]) -> Result<u8, String> {
        if b.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(a + b.iter().sum::<u8>())
    }
}

macro_rules! parts {
    ($name:ident, $pattern:pat, $ty:ty, $value:expr, $life:lifetime) => {
        #[sync_to_async]
        fn $name<$life>($pattern: $ty, text: &$life str) -> usize {
            let local = $value;
            local + text.len()
        }
    };
}

parts!(from_parts, (_, mut _unused), (u8, u8), 1 + 1, 'a);

macro_rules! item {
    ($item:item) => {
        #[sync_to_async]
        $item
    };
}

item! {
    fn from_item(text: &str) -> usize { text.len() }
}

macro_rules! tokens {
    ($($token:tt)*) => {
        #[sync_to_async]
        $($token)*
    };
}

tokens! {
    fn from_tokens(value: u8) -> u8 { value }
}

#[derive(Clone)]
struct Made(u8);

macro_rules! methods {
    ($ty:ident { $($name:ident($this:ident) => $value:expr;)* }) => {
        impl $ty {
            $(
                #[sync_to_async]
                fn $name(&$this) -> u8 {
                    $value
                }
            )*
        }
    };
}

methods!(Made {
    get(self) => self.0;
    twice(self) => self.0 * 2;
});

macro_rules! block {
    ($ty:ty, $by:literal) => {
        #[sync_to_async]
        impl $ty {
            fn plus(&self) -> u8 {
                self.0 + $by
            }

            fn make() -> Self {
                Self($by)
            }
        }
    };
}

block!(Made, 3);

macro_rules! trait_and_impl {
    ($name:ident for $($ty:ty),*) => {
        #[sync_to_async]
        trait $name {
            fn size(&self) -> usize;
        }
        $(
            #[sync_to_async]
            impl $name for $ty {
                fn size(&self) -> usize {
                    std::mem::size_of_val(self)
                }
            }
        )*
    };
}

trait_and_impl!(Size for u8, Vec<u8>, [u8; 4]);

/// The runtime's path, passed on by a macro.
macro_rules! with_crate {
    ($runtime:path, $name:ident) => {
        #[sync_to_async(crate = $runtime)]
        fn $name() -> u8 {
            5
        }
    };
}

with_crate!(::asyncify_runtime, with_runtime);

/// Hygiene: the macro's `value` and the user's are two.
macro_rules! two_values {
    ($name:ident, $value:ident) => {
        #[sync_to_async]
        fn $name($value: u8) -> u8 {
            let value = 10;
            $value + value
        }
    };
}

two_values!(hygienic, value);

macro_rules! inline {
    (block $block:block) => {
        asyncify!($block)
    };
    ($call:expr) => {
        asyncify!($call)
    };
}

#[test]
fn functions_from_fragments_work() {
    block_on(async {
        assert_eq!(sum(1, &[2, 3]).await, Ok(6));
        assert_eq!(sum(1, &[]).await, Err("empty".to_owned()));
        assert_eq!(from_parts((1, 2), "abc").await, 5);
        assert_eq!(from_item("ab").await, 2);
        assert_eq!(from_tokens(9).await, 9);
        assert_eq!(with_runtime().await, 5);
        assert_eq!(hygienic(1).await, 11);
    });
}

#[test]
fn blocks_from_fragments_work() {
    block_on(async {
        let made = Made::make().await;
        assert_eq!((made.get().await, made.twice().await, made.plus().await), (3, 6, 6));
        assert_eq!(
            (0_u8.size().await, vec![0_u8].size().await, [0_u8; 4].size().await),
            (1, 24, 4)
        );
    });
}

#[test]
fn inline_calls_from_fragments_work() {
    block_on(async {
        let text = String::from("a");
        assert_eq!(inline!(str::repeat("ab", 2)).await, "abab");
        assert_eq!(inline!(text.clone().into_bytes()).await, b"a");
        assert_eq!(inline!(block { text.len() }).await, 1);
    });
}
