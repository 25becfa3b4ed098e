//! Wakers that run code of a test when they are cloned, woken or dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{RawWaker, RawWakerVTable, Waker};

type Hook = Box<dyn Fn() + Send + Sync>;

/// The hooks of a waker, which counts in addition how often it is woken.
pub struct Adversary {
    on_clone: Hook,
    on_wake: Hook,
    on_drop: Hook,
    woken: AtomicUsize,
}

impl Default for Adversary {
    /// Does nothing.
    fn default() -> Self {
        Self {
            on_clone: Box::new(|| {}),
            on_wake: Box::new(|| {}),
            on_drop: Box::new(|| {}),
            woken: AtomicUsize::new(0),
        }
    }
}

impl Adversary {
    /// Runs `hook` in `Waker::clone`.
    #[must_use]
    pub fn on_clone(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_clone: Box::new(hook), ..self }
    }

    /// Runs `hook` in `Waker::wake`.
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
        let adversary = Arc::new(self);
        // SAFETY: `data` is an `Arc<Adversary>` turned into a pointer, as `VTABLE` expects.
        let waker = unsafe { Waker::from_raw(data(adversary.clone())) };
        (waker, adversary)
    }

    /// How often it was woken.
    #[must_use]
    pub fn woken(&self) -> usize {
        self.woken.load(Ordering::SeqCst)
    }
}

fn data(adversary: Arc<Adversary>) -> RawWaker {
    RawWaker::new(Arc::into_raw(adversary).cast(), &VTABLE)
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |pointer| {
        let adversary = pointer.cast::<Adversary>();
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker that holds it is borrowed.
        unsafe { Arc::increment_strong_count(adversary) };
        // SAFETY: the count that was just added is this `Arc`'s.
        let adversary = unsafe { Arc::from_raw(adversary) };
        (adversary.on_clone)();
        data(adversary)
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and `wake` takes the waker's count.
        let adversary = unsafe { Arc::from_raw(pointer.cast::<Adversary>()) };
        adversary.woken.fetch_add(1, Ordering::SeqCst);
        (adversary.on_wake)();
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker is borrowed.
        let adversary = unsafe { &*pointer.cast::<Adversary>() };
        adversary.woken.fetch_add(1, Ordering::SeqCst);
        (adversary.on_wake)();
    },
    |pointer| {
        // SAFETY: the pointer comes from `Arc::into_raw`, and the waker's count goes with it.
        let adversary = unsafe { Arc::from_raw(pointer.cast::<Adversary>()) };
        (adversary.on_drop)();
    },
);
