//! What generated code may name; not public API, and free to change with any release.
//!
//! The macros pass every argument, and a witness of every result, through a function here whose
//! bound it must meet. The span of that value is the type's own, so that a type which cannot cross
//! threads is blamed where it is written, once: what comes out is [`Checked`], [`Kept`] or
//! [`Proof`], of which nothing is asked any more.

#![expect(clippy::must_use_candidate, reason = "generated code uses what these return")]

mod checked;
mod in_place;
mod lend;
mod limit;
#[cfg(feature = "macros")]
pub(crate) mod macros;
pub mod options;
mod to_sync;

use std::marker::PhantomData;
use std::pin::Pin;

pub use self::checked::{Checked, Kept, Proof};
pub use self::in_place::{Here, here, in_place, in_place_async};
pub use self::lend::{Away, Home, home, home_generic};
pub use self::limit::Limit;
pub use self::to_sync::to_sync;
use crate::call::BlockingCall;
use crate::error::Error;
#[cfg(feature = "macros")]
pub use asyncify_macros::asyncify;
pub use std::boxed::Box;

/// An argument that is moved to the pool.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be moved to a blocking thread",
    label = "this type cannot leave the thread of the caller",
    note = "arguments must be `Send + 'static`"
)]
pub trait Arg: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Arg for T {}

/// The target of a reference that is made owned for the pool.
#[diagnostic::on_unimplemented(
    message = "argument type `&{Self}` cannot be lent to a blocking thread",
    label = "the body borrows an owned copy of this, made on the caller",
    note = "borrowed arguments must be `Sync` and `Clone` (or `ToOwned`), and owned they must be `Send + 'static`"
)]
pub trait Lend: Sync + ToOwned<Owned: Send> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Sync + ToOwned<Owned: Send>> Lend for T {}

/// The type of a `&self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned into the blocking task",
    label = "the body runs on another thread, with a clone of `self`",
    note = "the type of a `&self` must be `Clone + Send + Sync + 'static`",
    note = "where only `Clone` is lacking, derive it or take `self: Arc<Self>`; otherwise use `in_place`"
)]
pub trait CloneSelf: Clone + Send + Sync {}

// One trait for all of it, so that a type that lacks several is one error.
#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync> CloneSelf for T {}

/// The type of a `&self` in the default body of a trait, which is anybody's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned into the blocking task",
    label = "the body runs on another thread, with a clone of `self`",
    note = "a trait with such a body needs the supertraits `Clone + Send + Sync + 'static`"
)]
pub trait CloneImplementor: Send + Sync {
    /// The clone; boxed, as `Self` is not known to have a size where the bound is lacking, and that
    /// would be one more error.
    fn boxed_clone(&self) -> Box<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync> CloneImplementor for T {
    fn boxed_clone(&self) -> Box<Self> {
        Box::new(self.clone())
    }
}

/// The target of a `&mut` that is lent to the pool.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be lent mutably to a blocking thread",
    label = "`lend` moves the value to the blocking thread, and back when the body ends",
    note = "what is lent must be `Default + Send + 'static`; its default stands in for it",
    note = "derive `Default`, take it by value and return it, or use `in_place`"
)]
pub trait LendMut: Default + Send {}

#[diagnostic::do_not_recommend]
impl<T: Default + Send> LendMut for T {}

/// What a function with a time-out returns.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot say that the time is over",
    label = "`timeout` has an error to return",
    note = "return a `Result<_, E>` with `E: From<asyncify_runtime::Error>`"
)]
pub trait InTime {
    /// What is returned when the time is over, or the executor refuses the call.
    fn late(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Error>> InTime for Result<T, E> {
    fn late(error: Error) -> Self {
        Err(error.into())
    }
}

/// The result of a call that had a time-out.
pub fn in_time<R: InTime>(result: Result<Checked<R>, Error>) -> R {
    match result {
        Ok(checked) => checked.take(),
        Err(error) => R::late(error),
    }
}

/// What a body returns.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot be sent back",
    label = "this type cannot leave the blocking thread",
    note = "results must be `Send + 'static`"
)]
pub trait Output: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Output for T {}

/// The result type of a closure, as a value. It is invariant: it stands for no supertype of it.
pub struct Witness<R>(PhantomData<fn(R) -> R>);

/// The result type of the closure that holds a body.
pub fn witness<F: FnOnce() -> R, R>(_: &F) -> Witness<R> {
    Witness(PhantomData)
}

/// The result type of the future that the closure makes.
pub fn witness_async<F: FnOnce() -> U, U: Future>(_: &F) -> Witness<U::Output> {
    Witness(PhantomData)
}

/// A value of any type, for code that is never reached and only says its type.
pub fn fake<T>() -> T {
    unreachable!("only the type of this is used")
}

/// Moves an argument of `asyncify!`, which may not borrow from the caller.
pub fn inline_arg<T: Arg + 'static>(value: T) -> Checked<T> {
    arg(value)
}

pub use self::checked::{
    arg, arg_generic, keep, keep_clone, keep_generic, keep_implementor, keep_self, keep_slice,
    output, output_generic,
};

/// The call of a body whose result was [checked](output).
#[track_caller]
pub fn call<F, R>(proof: Proof<R>, run: F) -> BlockingCall<'static, Checked<R>>
where
    F: FnOnce() -> R + Send + 'static,
    R: 'static,
{
    BlockingCall::named::<F, _>(move || Checked::proved(&proof, run()))
}

/// The call of an async body whose result was [checked](output).
#[track_caller]
pub fn call_async<F, U>(
    proof: Proof<U::Output>,
    run: F,
) -> BlockingCall<'static, Checked<U::Output>>
where
    F: FnOnce() -> U + Send + 'static,
    U: Future,
    U::Output: 'static,
{
    BlockingCall::from_async::<F, _, _>(move || async move { Checked::proved(&proof, run().await) })
}

/// The call of a body whose result is what it is.
#[track_caller]
pub fn plain<F, R>(run: F) -> BlockingCall<'static, R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Output + 'static,
{
    BlockingCall::named::<F, _>(run)
}

/// The call of an async body whose result is what it is.
#[track_caller]
pub fn plain_async<F, U>(run: F) -> BlockingCall<'static, U::Output>
where
    F: FnOnce() -> U + Send + 'static,
    U: Future,
    U::Output: Output + 'static,
{
    BlockingCall::from_async::<F, _, _>(run)
}

/// The future of a method of a trait that can be used as `dyn`.
pub fn boxed<'a, F: Future + Send + 'a>(
    future: F,
) -> Pin<Box<dyn Future<Output = F::Output> + Send + 'a>> {
    Box::pin(future)
}
pub use crate::stream::{BlockingStream, StreamCall};

/// The iterator of a stream.
#[diagnostic::on_unimplemented(
    message = "iterator `{Self}` cannot move from one blocking thread to another",
    label = "the stream puts this iterator aside while its consumer is busy",
    note = "the iterator of a stream must be `Send + 'static`"
)]
pub trait Streamed: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Streamed for T {}

/// The stream of the iterator that a body returns.
pub fn stream<F, I, T>(make: F) -> StreamCall<T>
where
    F: FnOnce() -> I + Send + 'static,
    I: IntoIterator<Item = T, IntoIter: Streamed + 'static>,
    T: Output + 'static,
{
    StreamCall::new(make)
}
