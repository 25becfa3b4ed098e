//! Arguments of `asyncify!`, whose types the macro cannot see.

use super::{Arg, Checked, Lend, OwnedCopy, arg, copy};

/// An argument whose type decides how it crosses: [`hold`](Self::hold) of a reference, as an
/// inherent method, takes precedence over that of [`MoveArgument`].
pub struct Argument<T>(pub T);

impl<B: ?Sized + Lend> Argument<&B> {
    /// Makes an owned copy of what a reference refers to.
    pub fn hold(self) -> OwnedCopy<B, B::Owned> {
        copy(self.0)
    }
}

/// Moves an argument that is no reference, or refers to what cannot be copied.
pub trait MoveArgument<T> {
    /// Checks the argument, which must not borrow from the caller.
    fn hold(self) -> Checked<T>
    where
        T: Arg + 'static;
}

impl<T> MoveArgument<T> for Argument<T> {
    fn hold(self) -> Checked<T>
    where
        T: Arg + 'static,
    {
        arg(self.0)
    }
}

impl<T> Checked<T> {
    /// Returns the argument that the call expects: the value.
    pub fn pass(self) -> T {
        self.take()
    }
}

impl<B: ?Sized, O: ?Sized + std::borrow::Borrow<B>> OwnedCopy<B, O> {
    /// Returns the argument that the call expects: a reference to the copy.
    pub fn pass(&self) -> &B {
        self.lend()
    }
}

/// Checks an argument whose type is inferred from the call, and must not borrow from the caller.
pub fn inline_arg<T: Arg + 'static>(value: T) -> Checked<T> {
    arg(value)
}
