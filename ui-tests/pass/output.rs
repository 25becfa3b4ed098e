//! The future's output is the type that was written: nothing is wrapped, `Result` stays flat.

use std::io;

use asyncify_runtime::{BlockingCall, asyncify, sync_to_async};

/// Says the output of a future without running it.
fn assert_output<T>(future: impl IntoFuture<Output = T>) {
    drop(future);
}

#[sync_to_async]
fn unit() {}

#[sync_to_async]
fn plain(text: &str) -> usize {
    text.len()
}

#[sync_to_async]
fn result(text: &str) -> io::Result<String> {
    Ok(text.to_owned())
}

#[sync_to_async]
fn nested(text: &str) -> Result<Option<u8>, std::num::ParseIntError> {
    text.parse().map(Some)
}

#[sync_to_async]
fn never() -> ! {
    panic!("never called")
}

#[sync_to_async]
fn generic<T: Send + 'static, const N: usize>(values: [T; N]) -> (usize, [Option<T>; N]) {
    (N, values.map(Some))
}

#[sync_to_async]
async fn asynchronous(text: String) -> Result<usize, io::Error> {
    std::future::ready(Ok(text.len())).await
}

#[sync_to_async]
fn opaque(text: &str) -> impl Fn(usize) -> Option<char> + Send + 'static + use<> {
    let text = text.to_owned();
    move |position| text.chars().nth(position)
}

struct Db;

#[sync_to_async]
impl Db {
    fn open() -> Self {
        Self
    }

    fn reopen(self) -> Result<Self, (Self, u8)> {
        Err((self, 8))
    }
}

#[sync_to_async]
trait Store: Sized + Send + 'static {
    type Item: Send + 'static;

    fn take(self, key: u8) -> Option<Self::Item>;
}

#[sync_to_async]
impl Store for Db {
    type Item = String;

    fn take(self, key: u8) -> Option<Self::Item> {
        char::from_digit(key.into(), 10).map(String::from)
    }
}

#[test]
fn outputs_of_functions_are_as_written() {
    assert_output::<()>(unit());
    assert_output::<usize>(plain("text"));
    assert_output::<io::Result<String>>(result("text"));
    assert_output::<Result<Option<u8>, std::num::ParseIntError>>(nested("8"));
    assert_output::<(usize, [Option<u8>; 2])>(generic([1, 2]));
    assert_output::<Result<usize, io::Error>>(asynchronous(String::new()));
    drop(async {
        let _: Option<char> = opaque("text").await(0);
        // Where nothing comes back, any type is expected.
        let _: u8 = never().await;
    });
}

#[test]
fn outputs_of_methods_are_as_written() {
    assert_output::<Db>(Db::open());
    assert_output::<Result<Db, (Db, u8)>>(Db.reopen());
    assert_output::<Option<String>>(Db.take(8));
}

#[test]
fn an_inline_call_is_a_call_of_the_plain_type() {
    let call: BlockingCall<'static, usize> = asyncify!(str::len("text"));
    assert_output::<usize>(call);
    assert_output::<io::Result<String>>(asyncify!(std::fs::read_to_string("path")));
    assert_output::<Option<u8>>(asyncify!({
        let first = [1, 2].first()?;
        Some(*first)
    }));
}
