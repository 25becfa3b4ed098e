//! Owned parameters: their patterns, their `#[cfg]`s, and types that hold no borrow.

use std::sync::Arc;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[derive(Debug, PartialEq)]
struct Point {
    x: i32,
    y: i32,
}

#[sync_to_async]
fn nothing() {}

#[sync_to_async]
fn mutable(mut text: String) -> String {
    text.push('!');
    text
}

#[sync_to_async]
fn tuple((a, b): (u8, u8), (mut c, (d, _)): (u8, (u8, u8))) -> u8 {
    c += 1;
    a + b + c + d
}

#[sync_to_async]
fn fields(Point { x, y: mut z }: Point) -> i32 {
    z += 1;
    x * z
}

#[sync_to_async]
fn rest(Point { x, .. }: Point, [first, .., last]: [i32; 4], (head, ..): (i32, i32, i32)) -> i32 {
    x + first + last + head
}

#[sync_to_async]
fn by_reference(ref text: String, ref mut numbers: Vec<u8>) -> usize {
    numbers.push(1);
    text.len() + numbers.len()
}

#[sync_to_async]
fn partly_by_reference(
    (ref mut numbers, _): (Vec<u8>, String),
    Point { ref x, .. }: Point,
) -> usize {
    numbers.push(1);
    numbers.len() + usize::from(*x == 1)
}

#[sync_to_async]
fn bound(whole @ (left, _): (u8, u8)) -> (u8, u8, u8) {
    (left, whole.0, whole.1)
}

#[sync_to_async]
fn ignored(_: String, _: String, _named: u8, kept: u8) -> u8 {
    kept
}

#[sync_to_async]
fn newtype(Wrapping(inner): Wrapping) -> u8 {
    inner
}

struct Wrapping(u8);

#[sync_to_async]
fn array([a, b, c]: [String; 3]) -> String {
    [c, b, a].concat()
}

#[sync_to_async]
fn raw_identifiers(r#type: u8, r#match: &str) -> String {
    format!("{}{}", r#type, r#match)
}

#[sync_to_async]
fn conditional(
    always: u8,
    #[cfg(any())] never: NoSuchType,
    #[cfg(not(any()))] sometimes: u8,
    #[cfg(not(all()))] _: (),
) -> u8 {
    always + sometimes
}

#[sync_to_async]
fn attributed(#[allow(unused_variables)] unused: u8, #[allow(unused_mut)] mut used: u8) -> u8 {
    used
}

#[sync_to_async]
fn callback(f: fn(&str) -> usize, g: Box<dyn Fn(&str) -> usize + Send>, text: String) -> usize {
    f(&text) + g(&text)
}

#[sync_to_async]
fn higher_ranked(
    f: for<'a> fn(&'a str) -> &'a str,
    g: impl for<'a> Fn(&'a str) -> &'a str + Send + 'static,
) -> String {
    format!("{}{}", f(" a"), g(" b"))
}

#[sync_to_async]
fn once(f: impl FnOnce(&mut Vec<u8>) -> u8 + Send + 'static) -> u8 {
    f(&mut vec![1, 2])
}

#[sync_to_async]
fn shared_object(
    text: Arc<dyn AsRef<str> + Send + Sync>,
    error: Box<dyn std::error::Error + Send + 'static>,
) -> String {
    format!("{}: {}", (*text).as_ref(), error)
}

#[sync_to_async]
fn pointer_like(
    static_text: &'static str,
    options: Option<&'static [u8]>,
    cow: std::borrow::Cow<'static, str>,
) -> usize {
    static_text.len() + options.map_or(0, <[u8]>::len) + cow.len()
}

#[sync_to_async]
fn many(
    a: u8,
    b: u16,
    c: u32,
    d: u64,
    e: i8,
    f: i16,
    g: i32,
    h: i64,
    i: f32,
    j: f64,
    k: char,
    l: bool,
) -> String {
    format!("{} {} {} {} {} {} {} {} {} {} {} {}", a, b, c, d, e, f, g, h, i, j, k, l)
}

#[sync_to_async]
fn trailing(a: u8, b: u8) -> u8 {
    a + b
}

#[sync_to_async]
fn zero_sized(
    _: (),
    [(), ()]: [(); 2],
    marker: std::marker::PhantomData<u8>,
) -> std::marker::PhantomData<u8> {
    marker
}

#[test]
fn patterns_take_their_arguments_apart() {
    block_on(async {
        nothing().await;
        assert_eq!(mutable("hi".to_owned()).await, "hi!");
        assert_eq!(tuple((1, 2), (3, (4, 5))).await, 11);
        assert_eq!(fields(Point { x: 2, y: 3 }).await, 8);
        assert_eq!(rest(Point { x: 1, y: 9 }, [2, 9, 9, 3], (4, 9, 9)).await, 10);
        assert_eq!(by_reference("abc".to_owned(), Vec::new()).await, 4);
        let point = Point { x: 1, y: 2 };
        assert_eq!(partly_by_reference((vec![0], String::new()), point).await, 3);
        assert_eq!(bound((1, 2)).await, (1, 1, 2));
        assert_eq!(ignored(String::new(), String::new(), 1, 2).await, 2);
        assert_eq!(newtype(Wrapping(7)).await, 7);
        assert_eq!(array(["a".to_owned(), "b".to_owned(), "c".to_owned()]).await, "cba");
        assert_eq!(raw_identifiers(1, "b").await, "1b");
        assert_eq!(trailing(1, 2).await, 3);
        let _: std::marker::PhantomData<u8> =
            zero_sized((), [(), ()], std::marker::PhantomData).await;
    });
}

#[test]
fn attributes_of_parameters_hold() {
    block_on(async {
        assert_eq!(conditional(1, 2).await, 3);
        assert_eq!(attributed(1, 2).await, 2);
    });
}

#[test]
fn types_that_bind_their_own_lifetimes_are_owned() {
    block_on(async {
        assert_eq!(callback(str::len, Box::new(|text| text.len() * 2), "abc".to_owned()).await, 9);
        assert_eq!(higher_ranked(str::trim, |text| text).await, "a b");
        assert_eq!(once(|numbers| numbers.pop().unwrap_or(0)).await, 2);
        let error: Box<dyn std::error::Error + Send> = Box::new(std::fmt::Error);
        assert!(shared_object(Arc::new("text"), error).await.starts_with("text: "));
        assert_eq!(pointer_like("ab", Some(b"cde"), "f".into()).await, 6);
    });
}

#[test]
fn twelve_parameters_keep_their_order() {
    let text = block_on(many(1, 2, 3, 4, -1, -2, -3, -4, 0.5, 1.5, 'x', true));
    assert_eq!(text, "1 2 3 4 -1 -2 -3 -4 0.5 1.5 x true");
}
