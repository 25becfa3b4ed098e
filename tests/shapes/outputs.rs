//! Return types: all stay as written.

use std::error::Error;
use std::fmt::Display;
use std::num::ParseIntError;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

type Alias<T> = Result<T, ParseIntError>;
type Pair = (u8, String);

mod renamed {
    pub(crate) type Outcome<T> = std::result::Result<T, std::fmt::Error>;
}

#[sync_to_async]
fn implicit_unit() {}

#[sync_to_async]
fn explicit_unit() -> () {}

#[sync_to_async]
#[allow(unused_parens)]
fn parenthesised() -> (u8) {
    1
}

#[sync_to_async]
fn result(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

#[sync_to_async]
fn alias(text: &str) -> Alias<u32> {
    Ok(text.parse::<u32>()? + 1)
}

#[sync_to_async]
fn other_alias() -> renamed::Outcome<u8> {
    Err(std::fmt::Error)
}

#[sync_to_async]
fn nested() -> Result<Option<Result<u8, String>>, String> {
    Ok(Some(Err("inner".to_owned())))
}

#[sync_to_async]
fn boxed_error(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse()?)
}

#[sync_to_async]
fn io() -> std::io::Result<Vec<u8>> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
}

#[sync_to_async]
fn option(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    Some(first)
}

#[sync_to_async]
fn tuple() -> Pair {
    (1, "a".to_owned())
}

#[sync_to_async]
fn closure() -> impl Fn(u8) -> u8 + Send {
    |number| number + 1
}

#[sync_to_async]
fn opaque(text: String) -> impl Display + Send + 'static {
    text
}

#[sync_to_async]
fn opaque_result(text: String) -> Result<impl Display, String> {
    if text.is_empty() { Err("empty".to_owned()) } else { Ok(text) }
}

#[sync_to_async]
fn object(yes: bool) -> Box<dyn Display + Send> {
    if yes {
        return Box::new("yes");
    }
    Box::new(0)
}

#[sync_to_async]
fn static_borrow(index: usize) -> &'static str {
    ["a", "b"][index]
}

#[sync_to_async]
fn function_pointer() -> fn(&str) -> usize {
    str::len
}

#[sync_to_async]
fn array() -> [[u8; 2]; 2] {
    [[1, 2], [3, 4]]
}

#[sync_to_async]
fn never(message: &str) -> ! {
    panic!("{}", message)
}

#[sync_to_async]
fn uninhabited() -> Result<u8, std::convert::Infallible> {
    Ok(1)
}

#[sync_to_async]
fn coerced(text: String) -> Box<dyn Display + Send> {
    Box::new(text)
}

#[test]
fn outputs_are_of_the_written_type() {
    block_on(async {
        let (): () = implicit_unit().await;
        let (): () = explicit_unit().await;
        let _: u8 = parenthesised().await;
        let _: Result<u32, ParseIntError> = result("1").await;
        let _: Result<u32, ParseIntError> = alias("1").await;
        let _: Result<u8, std::fmt::Error> = other_alias().await;
        let _: std::io::Result<Vec<u8>> = io().await;
        let _: Option<char> = option("abc").await;
        let _: (u8, String) = tuple().await;
        let _: &'static str = static_borrow(1).await;
        let _: [[u8; 2]; 2] = array().await;
        let _: Result<u8, std::convert::Infallible> = uninhabited().await;
    });
}

#[test]
fn results_stay_flat_and_the_question_mark_works_inside() {
    block_on(async {
        assert_eq!(result("7").await, Ok(7));
        assert!(result("x").await.is_err());
        assert_eq!(alias("7").await, Ok(8));
        assert!(alias("x").await.is_err());
        assert_eq!(nested().await, Ok(Some(Err("inner".to_owned()))));
        assert_eq!(boxed_error("7").await.unwrap(), 7);
        assert_eq!(boxed_error("").await.unwrap_err().to_string(), "empty");
        assert_eq!(option("").await, None);
    });
}

#[test]
fn opaque_and_dynamic_outputs_work() {
    block_on(async {
        assert_eq!(closure().await(1), 2);
        assert_eq!(opaque("a".to_owned()).await.to_string(), "a");
        assert_eq!(
            opaque_result("a".to_owned()).await.map(|text| text.to_string()),
            Ok("a".to_owned())
        );
        assert_eq!(opaque_result(String::new()).await.err(), Some("empty".to_owned()));
        assert_eq!(object(true).await.to_string(), "yes");
        assert_eq!(object(false).await.to_string(), "0");
        assert_eq!(coerced("a".to_owned()).await.to_string(), "a");
        assert_eq!(function_pointer().await("abc"), 3);
    });
}

#[test]
fn function_that_never_returns_panics_on_the_awaiter() {
    let payload = std::panic::catch_unwind(|| -> () { block_on(never("gone")) }).unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("gone"));
}
