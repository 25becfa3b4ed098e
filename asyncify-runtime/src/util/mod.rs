//! Utilities: guards around user code, and ways to wait.

pub(crate) mod budget;
pub(crate) mod park;
pub(crate) mod proxy_waker;
pub(crate) mod spin;
#[cfg(all(test, not(asyncify_loom)))]
pub(crate) mod test_util;
#[cfg(feature = "tracing")]
pub(crate) mod trace_context;
pub(crate) mod wait_queue;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::task::Waker;

/// Runs `f` and catches its panic.
#[inline]
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    // No closure that is passed here leaves state of this crate inconsistent when it unwinds.
    panic::catch_unwind(AssertUnwindSafe(f))
}

/// Returns the message of a panic, if its payload is a string.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

/// Drops a value of the user and catches a panic of its destructor, which the panic hook reports.
pub(crate) fn drop_quietly<T>(value: T) {
    if std::mem::needs_drop::<T>() {
        run_quietly(move || drop(value));
    }
}

/// Runs `f` and catches its panic, which the panic hook reports.
#[inline]
pub(crate) fn run_quietly(f: impl FnOnce()) {
    if let Err(payload) = catch(f) {
        drop_payload(payload);
    }
}

/// Drops the payload of a panic. If that panics as well, the second payload is leaked, because its
/// destructor could panic again.
#[cold]
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch(move || drop(payload)) {
        std::mem::forget(again);
    }
}

/// [Drops](drop_quietly) all values, even if some of their destructors panic.
pub(crate) fn drop_all_quietly<T>(values: impl IntoIterator<Item = T>) {
    if std::mem::needs_drop::<T>() {
        values.into_iter().for_each(drop_quietly);
    }
}

/// Wakes a task, and catches a panic of the waker, which the panic hook reports.
///
/// The caller must not hold a lock, because a waker may poll its task immediately.
pub(crate) fn wake(waker: Waker) {
    run_quietly(|| waker.wake());
}

/// [Wakes](wake) all tasks, even if some of the wakers panic.
pub(crate) fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Runs code of this crate that must not unwind: aborts the process if it panics.
pub(crate) fn abort_on_panic(f: impl FnOnce()) {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            // Reached only by unwinding; the panic hook has reported the panic.
            std::process::abort();
        }
    }

    let bomb = Bomb;
    f();
    std::mem::forget(bomb);
}
