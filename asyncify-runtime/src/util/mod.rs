//! What everything else stands on: guards around code that is not ours, and ways to wait.

pub(crate) mod park;
pub(crate) mod proxy_waker;
pub(crate) mod spin;
#[cfg(all(test, not(asyncify_loom)))]
pub(crate) mod test_util;
pub(crate) mod wait_queue;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::task::Waker;

/// Runs `f` and keeps a panic from going further.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    // Nothing of ours is behind the closures that come here, so nothing of ours can be left
    // half-changed.
    panic::catch_unwind(AssertUnwindSafe(f))
}

/// Drops a value of the user's where a panic must not go further.
///
/// The hook has reported the panic. Its payload is dropped too; if even that panics, what it threw
/// is leaked rather than dropped without end.
pub(crate) fn drop_quietly<T>(value: T) {
    if !std::mem::needs_drop::<T>() {
        return;
    }
    if let Err(payload) = catch(move || drop(value)) {
        if let Err(again) = catch(move || drop(payload)) {
            std::mem::forget(again);
        }
    }
}

/// [Drops](drop_quietly) them one by one: a destructor that panics keeps none of the others from
/// running.
pub(crate) fn drop_all_quietly<T>(values: impl IntoIterator<Item = T>) {
    if std::mem::needs_drop::<T>() {
        values.into_iter().for_each(drop_quietly);
    }
}

/// Wakes a task. A waker that panics fails for itself alone: the panic hook reports it, and the
/// thread that wakes goes on.
///
/// No lock may be held: a waker may poll its task on the spot.
pub(crate) fn wake(waker: Waker) {
    drop_quietly(catch(|| waker.wake()));
}

/// [Wakes](wake) all of them, even when some of them panic.
pub(crate) fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Runs code of ours that must not stop half-way.
pub(crate) fn abort_on_panic(f: impl FnOnce()) {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            // Reached by unwinding only; the hook has told why.
            std::process::abort();
        }
    }

    let bomb = Bomb;
    f();
    std::mem::forget(bomb);
}
