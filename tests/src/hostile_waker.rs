//! Wakers that run code of a test when they are cloned, woken or dropped.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::FOREVER;

type Hook = Box<dyn Fn() + Send + Sync>;

/// The hooks of a waker and of its clones, whose wake-ups are counted.
pub struct HostileWaker {
    on_clone: Hook,
    on_wake: Hook,
    on_drop: Hook,
    woken: Mutex<usize>,
    changed: Condvar,
}

impl Default for HostileWaker {
    /// Does nothing.
    fn default() -> Self {
        Self {
            on_clone: Box::new(|| {}),
            on_wake: Box::new(|| {}),
            on_drop: Box::new(|| {}),
            woken: Mutex::default(),
            changed: Condvar::new(),
        }
    }
}

impl HostileWaker {
    /// Runs `hook` in `Waker::clone`.
    #[must_use]
    pub fn on_clone(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_clone: Box::new(hook), ..self }
    }

    /// Runs `hook` in `Waker::wake`. The wake-up is counted after it, also if it panics.
    #[must_use]
    pub fn on_wake(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_wake: Box::new(hook), ..self }
    }

    /// Runs `hook` in `Waker::drop`.
    #[must_use]
    pub fn on_drop(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_drop: Box::new(hook), ..self }
    }

    /// The waker, and a handle that counts how often it was woken.
    #[must_use]
    pub fn waker(self) -> (Waker, Arc<Self>) {
        let hostile = Arc::new(self);
        (hostile.another(), hostile)
    }

    /// Another waker with the same hooks and the same count.
    #[must_use]
    pub fn another(self: &Arc<Self>) -> Waker {
        // SAFETY: `data` is an `Arc<HostileWaker>` turned into a pointer, as `VTABLE` expects.
        unsafe { Waker::from_raw(data(self.clone())) }
    }

    /// How often it was woken.
    #[must_use]
    pub fn woken(&self) -> usize {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it was woken more than `before` times.
    ///
    /// # Panics
    ///
    /// If that takes for ever.
    pub fn wait(&self, before: usize) {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let (woken, timeout) = self
            .changed
            .wait_timeout_while(woken, FOREVER, |woken| *woken <= before)
            .unwrap_or_else(PoisonError::into_inner);
        drop(woken);
        assert!(!timeout.timed_out(), "never woken");
    }

    fn wake(&self) {
        let _counts = CountOnDrop(self);
        (self.on_wake)();
    }
}

/// Counts a wake-up, whatever becomes of its hook.
struct CountOnDrop<'a>(&'a HostileWaker);

impl Drop for CountOnDrop<'_> {
    fn drop(&mut self) {
        *self.0.woken.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_all();
    }
}

fn data(hostile: Arc<HostileWaker>) -> RawWaker {
    RawWaker::new(Arc::into_raw(hostile).cast(), &VTABLE)
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |pointer| {
        let hostile = pointer.cast::<HostileWaker>();
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker that holds it is borrowed.
        unsafe { Arc::increment_strong_count(hostile) };
        // SAFETY: the count that was just added is this `Arc`'s.
        let hostile = unsafe { Arc::from_raw(hostile) };
        (hostile.on_clone)();
        data(hostile)
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and `wake` takes the waker's count.
        let hostile = unsafe { Arc::from_raw(pointer.cast::<HostileWaker>()) };
        hostile.wake();
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker is borrowed.
        let hostile = unsafe { &*pointer.cast::<HostileWaker>() };
        hostile.wake();
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker's count goes with it.
        let hostile = unsafe { Arc::from_raw(pointer.cast::<HostileWaker>()) };
        (hostile.on_drop)();
    },
);
