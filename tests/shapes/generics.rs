//! Type, lifetime and const parameters, defaults, bounds and where clauses.

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[sync_to_async]
fn identity<T: Send + 'static>(value: T) -> T {
    value
}

#[sync_to_async]
fn bounded<K, V>(map: HashMap<K, V>, key: K) -> Option<V>
where
    K: Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    map.get(&key).cloned()
}

#[sync_to_async]
fn constant<const N: usize>(numbers: [u8; N]) -> [u8; N] {
    numbers.map(|number| number + 1)
}

#[sync_to_async]
fn mixed<'a, T, const N: usize>(prefix: &'a str, values: [T; N]) -> String
where
    T: Display + Send + 'static,
{
    values.iter().fold(prefix.to_owned(), |text, value| format!("{}{}", text, value))
}

#[sync_to_async]
fn no_argument<T: Default + Send + 'static>() -> T {
    T::default()
}

#[sync_to_async]
fn const_argument<const ANSWER: u32>() -> u32 {
    ANSWER
}

#[sync_to_async]
fn argument_position(
    value: impl Into<String> + Send + 'static,
    list: Vec<impl Display + Send + 'static>,
) -> String {
    list.iter().fold(value.into(), |text, item| format!("{}{}", text, item))
}

#[sync_to_async]
fn associated<I>(items: I) -> Vec<I::Item>
where
    I: IntoIterator + Send + 'static,
    I::Item: Debug + Send + 'static,
{
    items.into_iter().collect()
}

#[sync_to_async]
fn equality<I: Iterator<Item = u8> + Send + 'static>(items: I) -> u32 {
    items.map(u32::from).sum()
}

#[sync_to_async]
fn higher_ranked<F>(f: F) -> usize
where
    for<'a> F: Fn(&'a str) -> &'a str + Send + 'static,
{
    f("abc").len()
}

#[sync_to_async]
fn unused_in_arguments<T: 'static, U: Send + 'static>(value: U) -> (usize, U) {
    (std::mem::size_of::<T>(), value)
}

#[sync_to_async]
fn concrete_where(value: u8) -> String
where
    u8: Display,
    String: From<&'static str>,
{
    value.to_string()
}

#[test]
fn type_parameters_are_inferred_and_named() {
    block_on(async {
        assert_eq!(identity("a").await, "a");
        assert_eq!(identity::<u8>(1).await, 1);
        let mut map = HashMap::new();
        map.insert("k", 1);
        assert_eq!(bounded(map, "k").await, Some(1));
        assert_eq!(no_argument::<String>().await, "");
        assert_eq!(unused_in_arguments::<u32, _>('x').await, (4, 'x'));
        assert_eq!(concrete_where(8).await, "8");
    });
}

#[test]
fn const_parameters_work() {
    block_on(async {
        assert_eq!(constant([1, 2, 3]).await, [2, 3, 4]);
        assert_eq!(mixed("n", [1, 2]).await, "n12");
        assert_eq!(const_argument::<42>().await, 42);
    });
}

#[test]
fn impl_trait_and_projections_work() {
    block_on(async {
        assert_eq!(argument_position("a", vec![1, 2]).await, "a12");
        assert_eq!(associated(vec![1, 2]).await, [1, 2]);
        assert_eq!(equality(vec![1, 2].into_iter()).await, 3);
        assert_eq!(higher_ranked(|text| &text[1..]).await, 2);
    });
}
