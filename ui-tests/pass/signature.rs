//! What is around the name stays: visibility, qualifiers, generics, attributes, the order of
//! parameters, and the ways in which a function is named.

#![deny(warnings)]

use std::fmt::Display;
use std::path::Path;

use asyncify_runtime::sync_to_async;

mod files {
    use asyncify_runtime::sync_to_async;

    #[sync_to_async]
    pub(super) fn visible(name: &str) -> usize {
        hidden(name).len()
    }

    #[sync_to_async]
    pub(in crate::signature) unsafe fn unchecked(bytes: Vec<u8>) -> String {
        // SAFETY: the caller passes UTF-8.
        unsafe { String::from_utf8_unchecked(bytes) }
    }

    fn hidden(name: &str) -> String {
        name.to_owned()
    }
}

#[sync_to_async]
fn patterns(mut count: u32, (a, b): (u8, u8), [first, ..]: [u8; 3], _: u64) -> u32 {
    count += u32::from(a) + u32::from(b) + u32::from(first);
    count
}

#[sync_to_async]
fn bounds<'a, T, const N: usize>(values: &'a [T; N], name: impl Display + Send + 'static) -> String
where
    T: Display + Clone + Send + Sync + 'static,
    'static: 'a,
{
    values.iter().map(T::to_string).chain([name.to_string()]).collect()
}

#[sync_to_async]
fn conditional(#[cfg(not(any()))] always: u8, #[cfg(any())] never: u8) -> u8 {
    always
}

#[must_use = "the length is all that there is"]
#[sync_to_async]
fn attributes(#[allow(unused_variables)] path: &Path) -> usize {
    #![allow(clippy::needless_return)]
    return 8;
}

/// Kept beside its async counterpart.
#[sync_to_async(rename = "both_async")]
fn both(text: &str) -> usize {
    text.len()
}

/// A function can be passed on by its name, with the parameters in their order.
fn assert_takes<A, B, F: Future>(_: impl FnOnce(A, B) -> F) {}

#[test]
fn a_function_is_named_as_before() {
    assert_takes::<u8, String, _>({
        #[sync_to_async]
        fn local(times: u8, text: String) -> String {
            text.repeat(times.into())
        }
        local
    });
    assert_eq!(both("text"), 4);
    drop(async {
        let _: usize = files::visible("name").await;
        // SAFETY: no byte at all is UTF-8.
        let _: String = unsafe { files::unchecked(Vec::new()) }.await;
        let _: u32 = patterns(1, (2, 3), [4; 3], 5).await;
        let _: String = bounds::<u8, 2>(&[1, 2], "name").await;
        let _: u8 = conditional(8).await;
        let _: usize = attributes(Path::new("path")).await;
        let _: usize = both_async("text").await;
    });
}
