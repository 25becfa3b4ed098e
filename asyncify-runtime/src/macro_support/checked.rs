//! Values that were found fit to cross threads when they were made.
//!
//! Each type here can be made only by a function whose bounds make it `Send`. Being `Send` without
//! saying so again keeps a failed bound from being reported a second time, by the closure and the
//! future that hold the value.

#![allow(unsafe_code, reason = "`Send` that a constructor has checked")]

use std::borrow::Borrow;
use std::marker::PhantomData;

use super::{Arg, CloneImplementor, CloneSelf, Lend, Output, Witness};

/// A value on its way to the pool or back.
pub struct Checked<T>(T);

// SAFETY: `Checked` is made only by `arg`, `arg_generic` and `proved`. The first two ask
// `T: Send` themselves; a `Proof<T>` is made only by functions that ask it.
unsafe impl<T> Send for Checked<T> {}

impl<T> Checked<T> {
    /// Holds a result of the type that was found fit.
    pub(super) fn proved(_: &Proof<T>, value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn take(self) -> T {
        self.0
    }
}

/// Moves an argument.
pub fn arg<T: Arg>(value: T) -> Checked<T> {
    Checked(value)
}

/// Moves an argument whose type is generic: rustc then proposes the bound it lacks.
pub fn arg_generic<T: Send>(value: T) -> Checked<T> {
    Checked(value)
}

/// What a reference pointed to, owned, to be borrowed again as `B`.
// `O: ?Sized`, which no value is, so that an unsized type is an error of its own only.
pub struct Kept<B: ?Sized, O: ?Sized> {
    target: PhantomData<fn(&B)>,
    owned: O,
}

// SAFETY: `Kept` is made only by `keep`, `keep_generic`, `keep_clone`, `keep_slice`, `keep_self` and
// `keep_implementor`, all of which ask `O: Send`: `keep`, `keep_self` and `keep_implementor` by way
// of the supertraits of `Lend`, `CloneSelf` and `CloneImplementor`, and that of a slice by way of
// its items.
unsafe impl<B: ?Sized, O: ?Sized> Send for Kept<B, O> {}

impl<B: ?Sized, O: ?Sized + Borrow<B>> Kept<B, O> {
    /// The reference that the body was written for.
    pub fn lend(&self) -> &B {
        self.owned.borrow()
    }
}

/// Makes a borrowed argument owned.
pub fn keep<B: ?Sized + Lend>(borrowed: &B) -> Kept<B, B::Owned> {
    Kept { owned: borrowed.to_owned(), target: PhantomData }
}

/// Makes a borrowed argument owned whose type is generic: rustc then proposes the bound it lacks.
pub fn keep_generic<B, O>(borrowed: &B) -> Kept<B, O>
where
    B: ?Sized + Sync + ToOwned<Owned = O>,
    O: Send,
{
    Kept { owned: borrowed.to_owned(), target: PhantomData }
}

/// As [`keep_generic`], where `Clone` is the bound to propose.
pub fn keep_clone<T: Clone + Send + Sync>(borrowed: &T) -> Kept<T, T> {
    Kept { owned: borrowed.clone(), target: PhantomData }
}

/// As [`keep_generic`], where `Clone` of the items is the bound to propose.
pub fn keep_slice<T: Clone + Send + Sync>(borrowed: &[T]) -> Kept<[T], Vec<T>> {
    Kept { owned: borrowed.to_vec(), target: PhantomData }
}

/// Clones the receiver of a default body.
pub fn keep_implementor<S: ?Sized + CloneImplementor>(borrowed: &S) -> Kept<S, Box<S>> {
    Kept { owned: borrowed.boxed_clone(), target: PhantomData }
}

/// Clones the receiver.
pub fn keep_self<S: CloneSelf>(borrowed: &S) -> Kept<S, S> {
    Kept { owned: borrowed.clone(), target: PhantomData }
}

/// A result type that was found fit to be sent back.
///
/// It is invariant, as [`Witness`] is: a supertype of what is `Send` need not be `Send`.
pub struct Proof<R>(PhantomData<fn(R) -> R>);

/// Checks a result type.
pub fn output<R: Output>(_: Witness<R>) -> Proof<R> {
    Proof(PhantomData)
}

/// Checks a result type that is generic: rustc then proposes the bound it lacks.
pub fn output_generic<R: Send>(_: Witness<R>) -> Proof<R> {
    Proof(PhantomData)
}
