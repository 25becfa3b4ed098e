//! Tells a `Result` or an `Option`, which are iterators of at most one item, from other iterators.
//!
//! The macro sees names only, and cannot see through an alias. The method call that it generates,
//! `witness.__items()`, can: the methods of `Witness<Result<..>>` are found before those that it
//! dereferences to.

use std::ops::Deref;

use super::Witness;

/// The kind of a `Result` or an `Option`.
pub struct OneItem;

/// The kind of all other types.
#[derive(Clone, Copy)]
pub struct AnyItems;

impl<T, E> Witness<Result<T, E>> {
    /// Returns the kind of the type.
    pub fn __items(&self) -> OneItem {
        OneItem
    }
}

impl<T> Witness<Option<T>> {
    /// Returns the kind of the type.
    pub fn __items(&self) -> OneItem {
        OneItem
    }
}

impl<R> Deref for Witness<R> {
    type Target = AnyItems;

    fn deref(&self) -> &AnyItems {
        &AnyItems
    }
}

impl AnyItems {
    /// Returns the kind of the type.
    #[must_use]
    pub fn __items(&self) -> Self {
        *self
    }
}

/// The kind of a return type `R` that can become a stream.
#[diagnostic::on_unimplemented(
    message = "`{R}` is an iterator of at most one item, its value",
    label = "a stream of this has no place for anything but the value",
    note = "return an `impl Iterator<Item = T>`, or write `Result<impl Iterator<Item = T>, E>` without an alias"
)]
pub trait Streamable<R> {}

impl<R> Streamable<R> for AnyItems {}

/// Checks the kind of a return type.
pub fn streamable<R>(_: &Witness<R>, _: impl Streamable<R>) {}
