//! Where the prelude's names and the standard crates' are the user's own.
#![allow(dead_code, non_camel_case_types, unused_macros)]

use asyncify_runtime::sync_to_async;

mod std {}
mod core {}
mod alloc {}
mod asyncify_runtime_ {}

struct Option;
struct Result;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Vec;
struct String;
struct Send;
struct Sync;
struct Sized;
struct Clone;
struct ToOwned;
struct Drop;
struct Fn;
struct FnOnce;
struct Future;
struct IntoFuture;
struct From;
struct Into;
struct Default;
struct Job;
struct BlockingCall;

fn drop() {}
fn arg() {}
fn keep() {}
fn start() {}

macro_rules! panic {
    () => {};
}
macro_rules! unreachable {
    () => {};
}
macro_rules! vec {
    () => {};
}

#[sync_to_async]
fn sync(text: &str, number: u8, _: (u8, u8)) -> usize {
    text.len() + number as usize
}

#[sync_to_async]
async fn asynchronous(text: &str) -> usize {
    text.len()
}

#[derive(::std::clone::Clone)]
struct Shadow(u8);

impl Shadow {
    #[sync_to_async]
    fn get(&self) -> u8 {
        self.0
    }

    #[sync_to_async]
    fn into_inner(self) -> u8 {
        self.0
    }
}

#[sync_to_async]
trait Shape {
    fn area(&self) -> u8;

    fn twice(&self) -> u8
    where
        Self: ::std::clone::Clone + ::std::marker::Send + ::std::marker::Sync + 'static,
    {
        2
    }
}

#[sync_to_async]
impl Shape for Shadow {
    fn area(&self) -> u8 {
        self.0
    }
}

#[sync_to_async]
fn diverges() -> ! {
    ::std::process::abort()
}

#[test]
fn generated_code_names_nothing_by_the_prelude() {
    ::asyncify_tests::block_on(async {
        assert_eq!(sync("abc", 1, (2, 3)).await, 4);
        assert_eq!(asynchronous("ab").await, 2);
        assert_eq!(Shadow(3).get().await, 3);
        assert_eq!(Shadow(4).into_inner().await, 4);
        assert_eq!(Shadow(5).area().await, 5);
        assert_eq!(Shadow(6).twice().await, 2);
        assert_eq!(
            ::asyncify_runtime::asyncify!(u8::from_str_radix("7", 10)).await,
            ::std::result::Result::Ok(7)
        );
        assert_eq!(::asyncify_runtime::asyncify!({ 8 }).await, 8);
    });
}
