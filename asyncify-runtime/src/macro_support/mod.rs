//! Support for generated code. Not public API: it may change in any release.
//!
//! The macros pass every argument, and a witness of every result type, to a function here that
//! checks its bounds. The argument has the span of its type, so that an error is reported at the
//! type that cannot cross threads. It is reported once, because the returned [`Checked`],
//! [`OwnedCopy`] or [`Proof`] is not checked again.

#![expect(clippy::must_use_candidate, reason = "generated code uses the return values")]

mod checked;
mod in_place;
mod inline;
mod items;
mod lend;
mod limit;
#[cfg(feature = "macros")]
pub(crate) mod macros;
pub mod options;
mod to_sync;

use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

pub use self::checked::{Checked, OwnedCopy, Proof};
pub use self::in_place::{InPlaceArgument, in_place, in_place_argument, in_place_async};
pub use self::inline::{Argument, MoveArgument, inline_arg};
pub use self::items::{AnyItems, OneItem, Streamable, streamable};
pub use self::lend::{LentSlot, LentValue, lent_slot, lent_slot_generic};
pub use self::limit::Limit;
pub use self::to_sync::to_sync;
use crate::call::BlockingCall;
use crate::error::Error;
use crate::pool::DrainGuard;
#[cfg(feature = "macros")]
pub use asyncify_macros::asyncify;
pub use std::boxed::Box;

/// The time for which `main` waits at its end unless it has the argument `drain`.
pub const DRAIN: Duration = Duration::from_secs(10);

/// Begins `main`: a worker process runs its calls and exits here. The guard is dropped at its end.
pub fn enter_main(drain: Duration) -> DrainGuard {
    #[cfg(all(feature = "process", target_os = "linux"))]
    crate::process::init();
    DrainGuard::new(drain)
}

/// An argument that is moved to the pool.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be moved to a blocking thread",
    label = "this type cannot leave the thread of the caller",
    note = "arguments must be `Send + 'static`"
)]
pub trait Arg: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Arg for T {}

/// The target of a reference of which the body borrows an owned copy.
#[diagnostic::on_unimplemented(
    message = "argument type `&{Self}` cannot be lent to a blocking thread",
    label = "the body borrows an owned copy, which the caller makes",
    note = "borrowed arguments must be `Sync` and `Clone` (or `ToOwned`), and the owned copy `Send + 'static`"
)]
pub trait Lend: Sync + ToOwned<Owned: Send> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Sync + ToOwned<Owned: Send>> Lend for T {}

/// The type of a `&self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned into the blocking task",
    label = "the body runs on another thread, with a clone of `self`",
    note = "the type of a `&self` must be `Clone + Send + Sync + 'static`",
    note = "if only `Clone` is missing, derive it or take `self: Arc<Self>`; otherwise use `in_place`"
)]
pub trait CloneSelf: Clone + Send + Sync {}

// A single trait for all bounds, so that several missing bounds are one error.
#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync> CloneSelf for T {}

/// The type of a `&self` in the default body of a trait, which any type may implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned into the blocking task",
    label = "the body runs on another thread, with a clone of `self`",
    note = "a trait with such a body needs the supertraits `Clone + Send + Sync + 'static`"
)]
pub trait CloneImplementor: Send + Sync {
    /// Returns a clone. It is boxed, because an unsized `Self` would be a second error if a bound
    /// is missing.
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
    note = "a lent value must be `Default + Send + 'static`; its default takes its place while the body runs",
    note = "derive `Default`, take it by value and return it, or use `in_place`"
)]
pub trait LendMut: Default + Send {}

#[diagnostic::do_not_recommend]
impl<T: Default + Send> LendMut for T {}

/// The return type of a function with `timeout`.
#[diagnostic::on_unimplemented(
    message = "a function with `timeout` cannot return `{Self}`",
    label = "this type cannot represent a timeout",
    note = "return a `Result<_, E>` with `E: From<asyncify_runtime::Error>`"
)]
pub trait InTime {
    /// Returns the value for a call that timed out, or that the executor rejected.
    fn late(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Error>> InTime for Result<T, E> {
    fn late(error: Error) -> Self {
        Err(error.into())
    }
}

/// Returns the result of a call with a timeout.
pub fn in_time<R: InTime>(result: Result<Checked<R>, Error>) -> R {
    match result {
        Ok(checked) => checked.take(),
        Err(error) => R::late(error),
    }
}

/// The return type of a body.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot be sent back",
    label = "this type cannot leave the blocking thread",
    note = "results must be `Send + 'static`"
)]
pub trait Output: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Output for T {}

/// The result type of a closure, as a value. It is invariant, so it does not coerce to a supertype.
pub struct Witness<R>(PhantomData<fn(R) -> R>);

/// Returns the result type of the closure that contains a body.
pub fn witness<F: FnOnce() -> R, R>(_: &F) -> Witness<R> {
    Witness(PhantomData)
}

/// Returns the result type of the future that the closure returns.
pub fn witness_async<F: FnOnce() -> U, U: Future>(_: &F) -> Witness<U::Output> {
    Witness(PhantomData)
}

/// A value of any type, for unreachable code that only determines a type.
pub fn fake<T>() -> T {
    unreachable!("only the type of this is used")
}

pub use self::checked::{
    arg, arg_generic, clone_generic, clone_implementor, clone_self, converted, copy, copy_as_ref,
    copy_borrow, copy_generic, copy_slice, output, output_generic,
};

/// Creates the call of a body whose result type was [checked](output).
#[track_caller]
pub fn call<F, R>(proof: Proof<R>, run: F) -> BlockingCall<'static, Checked<R>>
where
    F: FnOnce() -> R + Send + 'static,
    R: 'static,
{
    BlockingCall::named::<F, _>(move || Checked::proved(&proof, run()))
}

/// Creates the call of an async body whose result type was [checked](output).
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

/// Creates the call of a body whose result needs no check.
#[track_caller]
pub fn plain<F, R>(run: F) -> BlockingCall<'static, R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Output + 'static,
{
    BlockingCall::named::<F, _>(run)
}

/// Creates the call of an async body whose result needs no check.
#[track_caller]
pub fn plain_async<F, U>(run: F) -> BlockingCall<'static, U::Output>
where
    F: FnOnce() -> U + Send + 'static,
    U: Future,
    U::Output: Output + 'static,
{
    BlockingCall::from_async::<F, _, _>(run)
}

/// Boxes the future of a method, for a trait that can be used as `dyn`.
pub fn boxed<'a, F: Future + Send + 'a>(
    future: F,
) -> Pin<Box<dyn Future<Output = F::Output> + Send + 'a>> {
    Box::pin(future)
}
pub use crate::stream::{BlockingStream, StreamCall};

/// The iterator of a stream.
#[diagnostic::on_unimplemented(
    message = "iterator `{Self}` cannot move from one blocking thread to another",
    label = "the stream stores this iterator while the consumer is busy, and may resume it on another thread",
    note = "the iterator of a stream must be `Send + 'static`"
)]
pub trait Streamed: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Streamed for T {}

/// Creates the stream of the iterator that a body returns.
pub fn stream<F, I, T>(make: F) -> StreamCall<T>
where
    F: FnOnce() -> I + Send + 'static,
    I: IntoIterator<Item = T, IntoIter: Streamed + 'static>,
    T: Output + 'static,
{
    StreamCall::new(make)
}

/// Creates the stream of the iterator that a body returns, or of its error.
pub fn fallible_stream<F, I, T, E>(make: F) -> StreamCall<Result<T, E>>
where
    F: FnOnce() -> Result<I, E> + Send + 'static,
    I: IntoIterator<Item = T, IntoIter: Streamed + 'static>,
    T: Output + 'static,
    E: Output + 'static,
{
    StreamCall::new(move || {
        let (items, error) = match make() {
            Ok(items) => (Some(items.into_iter()), None),
            Err(error) => (None, Some(error)),
        };
        error.into_iter().map(Err).chain(items.into_iter().flatten().map(Ok))
    })
}
