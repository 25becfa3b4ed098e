//! Shapes at the corners of the language.

use std::any::Any;
use std::borrow::Borrow;
use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use asyncify_runtime::{asyncify, sync_to_async};
use asyncify_tests::block_on;

/// An `impl` of a trait object.
trait Shape: Send {
    fn edges(&self) -> u8;
}

impl Shape for u8 {
    fn edges(&self) -> u8 {
        *self
    }
}

impl dyn Shape {
    #[sync_to_async]
    fn twice(self: Box<Self>) -> u8 {
        self.edges() * 2
    }

    #[sync_to_async]
    fn boxed(edges: u8) -> Box<Self> {
        Box::new(edges)
    }
}

/// Several annotated blocks of one type, with methods of the same names in a trait.
#[derive(Clone, Debug)]
struct Split<T>(T);

#[sync_to_async]
impl Split<u8> {
    fn get(&self) -> u8 {
        self.0
    }
}

#[sync_to_async]
impl Split<String> {
    fn get(&self) -> String {
        self.0.clone()
    }
}

#[sync_to_async]
trait Get {
    fn get(&self) -> &'static str;
}

#[sync_to_async]
impl Get for Split<u8> {
    fn get(&self) -> &'static str {
        "number"
    }
}

#[sync_to_async]
impl Get for Split<String> {
    fn get(&self) -> &'static str {
        "text"
    }
}

/// A generic associated type, a defaulted parameter, a supertrait and `Self: Sized` on methods.
#[sync_to_async]
trait Make<Error = String>: Clone + Debug + Send + Sync + 'static
where
    Error: Send + 'static,
{
    type Out<T: Send + 'static>: Send + 'static;

    fn make<T: Send + 'static>(&self, value: T) -> Self::Out<T>;

    fn fail(&self) -> Result<(), Error>
    where
        Error: From<&'static str>,
    {
        Err(Error::from("no"))
    }

    fn pair(self) -> (Self, Self)
    where
        Self: Sized,
    {
        (self.clone(), self)
    }

    fn shown(self: Arc<Self>, others: &[Self]) -> String
    where
        Self: Sized,
    {
        format!("{:?} {}", self, others.len())
    }
}

#[sync_to_async]
impl Make for Split<u8> {
    type Out<T: Send + 'static> = Vec<T>;

    fn make<T: Send + 'static>(&self, value: T) -> Vec<T> {
        vec![value]
    }
}

/// Implementations for references, arrays, functions, tuples and everything else.
#[sync_to_async]
trait Named {
    fn name(&self) -> String;
}

#[sync_to_async]
impl Named for &'static str {
    fn name(&self) -> String {
        self.to_string()
    }
}

#[sync_to_async]
impl<T: Clone + Send + Sync + 'static, const N: usize> Named for [T; N] {
    fn name(&self) -> String {
        format!("{}", self.len())
    }
}

#[sync_to_async]
impl Named for fn(u8) -> u8 {
    fn name(&self) -> String {
        self(1).to_string()
    }
}

#[sync_to_async]
impl<A, B> Named for (A, B)
where
    A: Clone + Display + Send + Sync + 'static,
    B: Clone + Display + Send + Sync + 'static,
{
    fn name(&self) -> String {
        let (a, b) = self;
        format!("{}{}", a, b)
    }
}

/// `async fn` in a trait, with every way of passing `self`.
#[sync_to_async]
trait Already: Clone + Send + Sync + 'static {
    async fn by_reference(&self, text: &str) -> usize {
        text.len()
    }

    async fn by_value(self, (a, _): (u8, u8)) -> u8
    where
        Self: Sized,
    {
        std::future::ready(a).await
    }

    async fn associated<T: Default + Send + 'static>() -> T {
        T::default()
    }
}

#[derive(Clone)]
struct Defaulted;

impl Already for Defaulted {}

/// `Self` in every position of a type that is generic in all ways.
#[derive(Clone, Debug, PartialEq)]
struct Grid<'a, T: 'static, const N: usize>
where
    T: Clone,
{
    cells: [T; N],
    marker: PhantomData<&'a ()>,
}

#[sync_to_async]
impl<T, const N: usize> Grid<'static, T, N>
where
    T: Clone + Default + Send + Sync + 'static,
{
    const SIZE: usize = N;

    fn filled(cells: &[T; N]) -> Self {
        Self { cells: cells.clone(), marker: PhantomData }
    }

    fn size(&self) -> usize {
        Self::SIZE
    }

    fn map<U, F>(self, f: F) -> Grid<'static, U, N>
    where
        U: Clone + Send + 'static,
        F: Fn(T) -> U + Send + 'static,
    {
        let Self { cells, marker } = self;
        Grid { cells: cells.map(f), marker }
    }

    fn swap(self, other: Self) -> (Self, Self) {
        (other, self)
    }
}

/// A free function inside a function, which may not name the outer one's generics.
fn outer<T: Display + Send + 'static>(value: T) -> String {
    #[sync_to_async]
    fn inner(text: String) -> String {
        text + "!"
    }
    block_on(inner(value.to_string()))
}

#[sync_to_async]
fn borrowed_container<Q: ?Sized>(map: Vec<(String, u8)>, key: &Q) -> Option<u8>
where
    String: Borrow<Q>,
    Q: Eq + ToOwned + Sync + 'static,
    Q::Owned: Send + Sync,
{
    map.into_iter().find(|(name, _)| name.borrow() == key).map(|(_, value)| value)
}

#[sync_to_async]
fn not_sync(cell: Cell<u8>, any: Box<dyn Any + Send>) -> u8 {
    cell.get() + any.downcast_ref::<u8>().copied().unwrap_or_default()
}

#[sync_to_async]
fn long_tuple(_: (), (a, (b, [c, ..]), ..): (u8, (u8, [u8; 3]), u8, u8)) -> u8 {
    a + b + c
}

#[sync_to_async]
fn nested_futures(depth: u8) -> std::pin::Pin<Box<dyn std::future::Future<Output = u8> + Send>> {
    Box::pin(std::future::ready(depth))
}

#[sync_to_async]
fn poisoned(lock: Arc<Mutex<u8>>) -> Result<u8, String> {
    let guard = lock.lock().map_err(|error| error.to_string())?;
    Ok(*guard)
}

#[sync_to_async]
extern "Rust" fn explicit_abi(number: u8) -> u8 {
    number
}

#[test]
fn trait_objects_have_annotated_methods() {
    block_on(async {
        let shape = <dyn Shape>::boxed(3).await;
        assert_eq!(shape.twice().await, 6);
    });
}

#[test]
fn blocks_of_one_type_do_not_meet() {
    block_on(async {
        let (number, text) = (Split(1), Split("a".to_owned()));
        assert_eq!((number.get().await, text.get().await), (1, "a".to_owned()));
        assert_eq!((Get::get(&number).await, Get::get(&text).await), ("number", "text"));
    });
}

#[test]
fn traits_with_everything_work() {
    block_on(async {
        let split = Split(1_u8);
        assert_eq!(split.make('a').await, ['a']);
        assert_eq!(split.fail().await, Err("no".to_owned()));
        assert_eq!(Arc::new(split.clone()).shown(&[split.clone()]).await, "Split(1) 1");
        let (left, right) = split.pair().await;
        assert_eq!(left.0, right.0);
        assert_eq!(Defaulted.by_reference("ab").await, 2);
        assert_eq!(Defaulted.by_value((1, 2)).await, 1);
        assert_eq!(Defaulted::associated::<u8>().await, 0);
    });
}

#[test]
fn every_kind_of_type_implements_a_trait() {
    block_on(async {
        assert_eq!("text".name().await, "text");
        assert_eq!([1, 2].name().await, "2");
        assert_eq!(((|number| number + 1) as fn(u8) -> u8).name().await, "2");
        assert_eq!((1, 'a').name().await, "1a");
    });
}

#[test]
fn generic_type_is_self_in_every_position() {
    block_on(async {
        let grid = Grid::filled(&[1, 2]).await;
        assert_eq!(grid.size().await, 2);
        let mapped = grid.clone().map(|cell| cell.to_string()).await;
        assert_eq!(mapped.cells, ["1", "2"]);
        let (first, second) = grid.swap(Grid::filled(&[3, 4]).await).await;
        assert_eq!((first.cells, second.cells), ([3, 4], [1, 2]));
    });
}

#[test]
fn odd_functions_work() {
    block_on(async {
        assert_eq!(outer(1), "1!");
        assert_eq!(borrowed_container(vec![("a".to_owned(), 1)], "a").await, Some(1));
        assert_eq!(not_sync(Cell::new(1), Box::new(2_u8)).await, 3);
        assert_eq!(long_tuple((), (1, (2, [3, 0, 0]), 0, 0)).await, 6);
        assert_eq!(nested_futures(1).await.await, 1);
        assert_eq!(poisoned(Arc::default()).await, Ok(0));
        assert_eq!(explicit_abi(1).await, 1);
    });
}

#[test]
fn inline_names_are_the_users() {
    fn add(left: u8, right: &u8) -> u8 {
        left + right
    }
    block_on(async {
        let (__p0, __p1, __run) = (1, 2, 3);
        assert_eq!(asyncify!(add(__p1, &__p0)).await, 3);
        assert_eq!(asyncify!(add(__run, &__p1)).await, 5);
        assert_eq!(asyncify!({ __p0 + __p1 + __run }).await, 6);
    });
}
