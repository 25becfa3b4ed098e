//! The atomics, locks and cells of this crate: those of the standard library, or of a model
//! checker.
//!
//! | flag | types of | models |
//! | --- | --- | --- |
//! | none | `std` | |
//! | `asyncify_loom` | loom | small, every interleaving up to a bound, weak memory |
//! | `asyncify_shuttle` | shuttle | large, random interleavings, strong memory |
//!
//! The model checkers are enabled only in this crate's unit tests, and only by flags of our own. So
//! a dependent crate that models its code with `--cfg loom` uses the real types here, and so do our
//! dependencies. Each flag replaces the unit tests with its models:
//!
//! ```text
//! RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release models
//! RUSTFLAGS="--cfg asyncify_shuttle" cargo test -p asyncify-runtime --lib --release shuttle
//! ```
//!
//! `.ci/run door` checks that no other module imports these types from elsewhere.

#[cfg(all(test, asyncify_loom))]
mod imp {
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use loom::{hint, thread};

    /// Time does not pass in a model: each wait times out immediately.
    pub(crate) fn wait_timeout<'a, T>(
        _condvar: &Condvar,
        guard: MutexGuard<'a, T>,
        _timeout: std::time::Duration,
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

    /// Each wait times out at random; the scheduler decides when.
    pub(crate) fn wait_timeout<'a, T>(
        condvar: &Condvar,
        guard: MutexGuard<'a, T>,
        _timeout: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        if thread_rng().gen_bool(0.5) {
            return (guard, true);
        }
        (condvar.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner), false)
    }
}

#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
mod imp {
    pub(crate) use super::cell::UnsafeCell;
    pub(crate) use super::unmodelled::AtomicU64;
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence,
    };
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use std::{hint, thread};

    /// Waits for a notification. Returns `true` if the wait timed out.
    pub(crate) fn wait_timeout<'a, T>(
        condvar: &Condvar,
        guard: MutexGuard<'a, T>,
        timeout: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let (guard, result) =
            condvar.wait_timeout(guard, timeout).unwrap_or_else(std::sync::PoisonError::into_inner);
        (guard, result.timed_out())
    }
}

#[cfg(not(all(test, asyncify_loom)))]
mod cell {
    /// `std::cell::UnsafeCell` with the interface of loom's.
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

/// Atomics and a lock for statistics, hints and free lists: no protocol depends on them, and models
/// would only become larger.
pub(crate) mod unmodelled {
    #[cfg(not(target_has_atomic = "64"))]
    pub(crate) use portable_atomic::AtomicU64;
    pub(crate) use std::sync::Mutex;
    #[cfg(target_has_atomic = "64")]
    pub(crate) use std::sync::atomic::AtomicU64;
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}
