//! The one door to atomics, locks and cells: the standard library's, or loom's in our own models.
//!
//! Loom is on only in our own unit tests and only under a flag of our own, `asyncify_loom`, so
//! that a dependant that models its code with `--cfg loom` sees the real thing here, and so do our
//! dependencies. `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release`
//! runs the models. `.ci/run door` keeps every other door closed.

#[cfg(all(test, asyncify_loom))]
mod imp {
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use loom::{hint, thread};
}

#[cfg(not(all(test, asyncify_loom)))]
mod imp {
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use std::{hint, thread};

    /// `std::cell::UnsafeCell` with loom's access by closure.
    #[derive(Debug)]
    pub(crate) struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        #[inline]
        pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }
}

pub(crate) use imp::*;

/// For counts and hints: no protocol depends on them, and a model would only grow by them.
pub(crate) mod unmodelled {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
}
