//! The one door to atomics, locks and cells: the standard library's, or those of a model checker
//! in our own models.
//!
//! | flag | whose | what the models show |
//! | --- | --- | --- |
//! | none | `std`'s | |
//! | `asyncify_loom` | loom's | small shapes, every interleaving up to a bound, weak memory |
//! | `asyncify_shuttle` | shuttle's | large shapes, random interleavings, strong memory |
//!
//! The checkers are on only in our own unit tests and only under flags of our own, so that a
//! dependant that models its code with `--cfg loom` sees the real thing here, and so do our
//! dependencies. Each replaces the unit tests by its models:
//!
//! ```text
//! RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release models
//! RUSTFLAGS="--cfg asyncify_shuttle" cargo test -p asyncify-runtime --lib --release shuttle
//! ```
//!
//! `.ci/run door` keeps every other door closed.

#[cfg(all(test, asyncify_loom))]
mod imp {
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use loom::{hint, thread};

    /// Time does not pass: who waits with a limit to its patience has none at all.
    pub(crate) fn wait_timeout<'a, T>(
        _bell: &Condvar,
        guard: MutexGuard<'a, T>,
        _patience: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        (guard, true)
    }
}

#[cfg(all(test, asyncify_shuttle))]
mod imp {
    pub(crate) use super::cell::UnsafeCell;
    pub(crate) use shuttle::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use shuttle::{hint, thread};

    use shuttle::rand::{Rng, thread_rng};

    /// Patience ends, or does not, as chance will have it; when, is up to the scheduler.
    pub(crate) fn wait_timeout<'a, T>(
        bell: &Condvar,
        guard: MutexGuard<'a, T>,
        _patience: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        if thread_rng().gen_bool(0.5) {
            return (guard, true);
        }
        (bell.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner), false)
    }
}

#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
mod imp {
    pub(crate) use super::cell::UnsafeCell;
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use std::{hint, thread};

    /// Waits for the bell. `true`: `patience` is over.
    pub(crate) fn wait_timeout<'a, T>(
        bell: &Condvar,
        guard: MutexGuard<'a, T>,
        patience: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let (guard, timeout) =
            bell.wait_timeout(guard, patience).unwrap_or_else(std::sync::PoisonError::into_inner);
        (guard, timeout.timed_out())
    }
}

#[cfg(not(all(test, asyncify_loom)))]
mod cell {
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
