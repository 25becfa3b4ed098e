//! Values whose bounds were checked when they were made.
//!
//! Each type here can be made only by functions that require `Send`, and implements `Send` without
//! a bound. So the compiler reports a missing bound once, at that function, and not a second time
//! at the closure and the future that contain the value.

#![allow(unsafe_code, reason = "`Send` that a constructor has checked")]

use std::borrow::{Borrow, ToOwned};
use std::marker::PhantomData;

use super::{Arg, CloneImplementor, CloneSelf, Lend, Output, Witness};

/// A value that is moved to the pool or back.
pub struct Checked<T>(T);

// SAFETY: `Checked` is made only by `arg`, `arg_generic`, `copy_as_ref`, `copy_borrow`, `proved`,
// and from a `Checked` by `converted`. The first two ask `T: Send` themselves; a copy is a
// `X::Owned`, which `Lend` requires to be `Send`; and a `Proof<T>` is made only by functions that
// ask `T: Send`.
unsafe impl<T> Send for Checked<T> {}

impl<T> Checked<T> {
    /// Wraps a result whose type was checked.
    pub(super) fn proved(_: &Proof<T>, value: T) -> Self {
        Self(value)
    }

    /// Returns the value.
    pub fn take(self) -> T {
        self.0
    }

    /// Returns the reference that the body expects.
    pub fn lend(&self) -> &T {
        &self.0
    }
}

/// Checks an argument that is moved.
pub fn arg<T: Arg>(value: T) -> Checked<T> {
    Checked(value)
}

/// Checks an argument of a generic type. The bound is direct, so that rustc proposes to add it.
pub fn arg_generic<T: Send>(value: T) -> Checked<T> {
    Checked(value)
}

/// The owned copy of what an argument refers to. It implements nothing but the trait through which
/// it was borrowed, so that the body calls that without naming the target.
struct OwnedTarget<X: ?Sized + ToOwned>(X::Owned);

impl<X: ?Sized + ToOwned> AsRef<X> for OwnedTarget<X> {
    fn as_ref(&self) -> &X {
        self.0.borrow()
    }
}

impl<X: ?Sized + ToOwned> Borrow<X> for OwnedTarget<X> {
    fn borrow(&self) -> &X {
        self.0.borrow()
    }
}

/// Makes an owned copy of an argument of a type `AsRef<X>`.
pub fn copy_as_ref<X: ?Sized + Lend>(target: &X) -> Checked<impl AsRef<X> + use<X>> {
    Checked(OwnedTarget::<X>(target.to_owned()))
}

/// Makes an owned copy of an argument of a type `Borrow<X>`.
pub fn copy_borrow<X: ?Sized + Lend>(target: &X) -> Checked<impl Borrow<X> + use<X>> {
    Checked(OwnedTarget::<X>(target.to_owned()))
}

/// Hides the type that an argument of a type `Into<X>` was converted to. It was checked before, as
/// the compiler would check a bound here wherever the hidden type is used.
pub fn converted<X>(value: Checked<X>) -> Checked<impl Into<X>> {
    Checked(value.0)
}

/// An owned copy of a borrowed argument, which the body borrows as `B`.
// `O: ?Sized`, which no value is, so that an unsized type is an error of its own only.
pub struct OwnedCopy<B: ?Sized, O: ?Sized> {
    target: PhantomData<fn(&B)>,
    owned: O,
}

// SAFETY: `OwnedCopy` is made only by `copy`, `copy_generic`, `clone_generic`, `copy_slice`,
// `clone_self` and `clone_implementor`, all of which ask `O: Send`: `copy`, `clone_self` and
// `clone_implementor` by way of the supertraits of `Lend`, `CloneSelf` and `CloneImplementor`, and
// that of a slice by way of its items.
unsafe impl<B: ?Sized, O: ?Sized> Send for OwnedCopy<B, O> {}

impl<B: ?Sized, O: ?Sized + Borrow<B>> OwnedCopy<B, O> {
    /// Returns the reference that the body expects.
    pub fn lend(&self) -> &B {
        self.owned.borrow()
    }
}

/// Makes an owned copy of a borrowed argument.
pub fn copy<B: ?Sized + Lend>(borrowed: &B) -> OwnedCopy<B, B::Owned> {
    OwnedCopy { owned: borrowed.to_owned(), target: PhantomData }
}

/// Makes an owned copy of a borrowed argument of a generic type. The bounds are direct, so that
/// rustc proposes to add the missing one.
pub fn copy_generic<B, O>(borrowed: &B) -> OwnedCopy<B, O>
where
    B: ?Sized + Sync + ToOwned<Owned = O>,
    O: Send,
{
    OwnedCopy { owned: borrowed.to_owned(), target: PhantomData }
}

/// As [`copy_generic`], but proposes `Clone`.
pub fn clone_generic<T: Clone + Send + Sync>(borrowed: &T) -> OwnedCopy<T, T> {
    OwnedCopy { owned: borrowed.clone(), target: PhantomData }
}

/// As [`copy_generic`] for a slice, but proposes `Clone` for its items.
pub fn copy_slice<T: Clone + Send + Sync>(borrowed: &[T]) -> OwnedCopy<[T], Vec<T>> {
    OwnedCopy { owned: borrowed.to_vec(), target: PhantomData }
}

/// Clones the receiver of a trait's default body.
pub fn clone_implementor<S: ?Sized + CloneImplementor>(borrowed: &S) -> OwnedCopy<S, Box<S>> {
    OwnedCopy { owned: borrowed.boxed_clone(), target: PhantomData }
}

/// Clones the receiver.
pub fn clone_self<S: CloneSelf>(borrowed: &S) -> OwnedCopy<S, S> {
    OwnedCopy { owned: borrowed.clone(), target: PhantomData }
}

/// The proof that a result type was checked.
///
/// It is invariant, as [`Witness`] is: a supertype of what is `Send` need not be `Send`.
pub struct Proof<R>(PhantomData<fn(R) -> R>);

/// Checks a result type.
pub fn output<R: Output>(_: Witness<R>) -> Proof<R> {
    Proof(PhantomData)
}

/// Checks a generic result type. The bound is direct, so that rustc proposes to add it.
pub fn output_generic<R: Send>(_: Witness<R>) -> Proof<R> {
    Proof(PhantomData)
}
