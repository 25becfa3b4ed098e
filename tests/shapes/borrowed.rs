//! Borrowed parameters: made owned on the caller, borrowed again on the pool.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[sync_to_async]
fn text(text: &str) -> usize {
    let seen: &str = text;
    seen.len()
}

#[sync_to_async]
fn slice(numbers: &[u32], names: &[String]) -> usize {
    let (_, _): (&[u32], &[String]) = (numbers, names);
    numbers.len() + names.len()
}

#[sync_to_async]
fn system(path: &Path, c: &CStr, os: &OsStr) -> usize {
    let (_, _, _): (&Path, &CStr, &OsStr) = (path, c, os);
    path.as_os_str().len() + c.to_bytes().len() + os.len()
}

#[sync_to_async]
fn cloned(vec: &Vec<u8>, string: &String, tuple: &(u8, u8), array: &[u8; 2]) -> usize {
    let (_, _, _): (&Vec<u8>, &String, &(u8, u8)) = (vec, string, tuple);
    vec.len() + string.len() + usize::from(tuple.0) + array.len()
}

#[sync_to_async]
fn named<'a, 'b>(first: &'a str, second: &'b str, third: &'_ str) -> String {
    [first, second, third].concat()
}

#[sync_to_async]
fn outlives<'long: 'short, 'short>(long: &'long str, short: &'short str) -> usize
where
    'long: 'short,
{
    long.len() + short.len()
}

#[sync_to_async]
fn mutable_binding(mut text: &str) -> usize {
    text = text.trim();
    text.len()
}

#[sync_to_async]
fn generic<T: Clone + Send + Sync + 'static>(value: &T, values: &[T]) -> usize {
    let _: &T = value;
    std::mem::size_of_val(value) + values.len()
}

#[sync_to_async]
fn behind_impl(value: &(impl Clone + Into<u64> + Send + Sync + 'static)) -> u64 {
    value.clone().into()
}

#[sync_to_async]
fn unsized_generic<B>(value: &B) -> usize
where
    B: ToOwned + ?Sized + AsRef<[u8]> + Sync + 'static,
    B::Owned: Send + Sync,
{
    value.as_ref().len()
}

#[sync_to_async]
fn destructured(&(a, b): &(u8, u8), [first, ..]: &[u8; 2]) -> u8 {
    a + b + first
}

#[sync_to_async]
fn static_borrow(counter: &'static AtomicUsize, names: &'static [&'static str]) -> usize {
    counter.fetch_add(1, Ordering::Relaxed);
    names.len()
}

#[sync_to_async]
fn static_mutable_borrow(counter: &'static mut u8, names: &'static mut [String]) -> &'static u8 {
    *counter += 1;
    names[0].push('c');
    counter
}

#[sync_to_async(lend)]
fn lent_beside_static(counter: &'static mut u8, list: &mut Vec<u8>) {
    *counter += 1;
    list.push(*counter);
}

#[sync_to_async]
fn nested_static(names: &[&'static str]) -> usize {
    names.len()
}

#[sync_to_async]
fn ignored(_: &str, _unused: &[u8], kept: &str) -> usize {
    kept.len()
}

#[test]
fn bodies_see_the_borrowed_type_that_was_written() {
    block_on(async {
        assert_eq!(text("abc").await, 3);
        assert_eq!(text(&String::from("ab")).await, 2);
        assert_eq!(slice(&[1, 2], &vec![String::new()]).await, 3);
        let c = CString::new("ab").unwrap();
        assert_eq!(system(&PathBuf::from("/tmp"), &c, &OsString::from("x")).await, 7);
        assert_eq!(cloned(&vec![1], &String::from("ab"), &(3, 4), &[5, 6]).await, 8);
        assert_eq!(mutable_binding(" a ").await, 1);
        assert_eq!(destructured(&(1, 2), &[3, 4]).await, 6);
        assert_eq!(ignored("", &[], "ab").await, 2);
    });
}

#[test]
fn lifetimes_stay_as_written() {
    block_on(async {
        assert_eq!(named("a", "b", "c").await, "abc");
        assert_eq!(outlives("ab", "c").await, 3);
    });
}

#[test]
fn generic_borrows_ask_for_what_they_need() {
    block_on(async {
        assert_eq!(generic(&1_u16, &[1, 2]).await, 4);
        assert_eq!(behind_impl(&7_u32).await, 7);
        assert_eq!(unsized_generic("abcd").await, 4);
        assert_eq!(unsized_generic(&[1_u8, 2][..]).await, 2);
    });
}

#[test]
fn static_borrows_move() {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    block_on(async {
        assert_eq!(static_borrow(&COUNTER, &["a", "b"]).await, 2);
        assert_eq!(nested_static(&["a"]).await, 1);
    });
    assert_eq!(COUNTER.load(Ordering::Relaxed), 1);
}

#[test]
fn static_mutable_borrows_move() {
    let leak = |number: u8| Box::leak(Box::new(number));
    let names = || Vec::leak(vec!["ab".to_owned()]);
    let mut list = Vec::new();
    block_on(async {
        assert_eq!(*static_mutable_borrow(leak(1), names()).await, 2);
        lent_beside_static(leak(2), &mut list).await;
    });
    assert_eq!(list, [3]);
}

#[test]
fn caller_gets_its_borrow_back_with_the_value() {
    let mut owned = String::from("abc");
    assert_eq!(block_on(text(&owned)), 3);
    owned.push('d');
    assert_eq!(block_on(text(&owned)), 4);
}
