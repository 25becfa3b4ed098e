//! A waker whose every operation may do harm.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{RawWaker, RawWakerVTable, Waker};

use asyncify_tests::FOREVER;

use super::deliberate;

/// What all clones of the waker share.
pub(super) struct Hostile {
    /// Called on the thread that wakes, after the wake-up was counted. True: it ended the future,
    /// which nobody wakes any more.
    on_wake: Box<dyn Fn() -> bool + Send + Sync>,
    /// The next clone panics.
    pub(super) clone_panics: AtomicBool,
    /// Each drop panics.
    pub(super) drop_panics: AtomicBool,
    woken: Mutex<usize>,
    changed: Condvar,
}

impl Hostile {
    pub(super) fn new(on_wake: impl Fn() -> bool + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            on_wake: Box::new(on_wake),
            clone_panics: AtomicBool::new(false),
            drop_panics: AtomicBool::new(false),
            woken: Mutex::new(0),
            changed: Condvar::new(),
        })
    }

    pub(super) fn waker(self: &Arc<Self>) -> Waker {
        // SAFETY: the functions of `TABLE` keep the contract of `RawWaker` for a pointer to a
        // `Hostile` that comes from `Arc::into_raw`, and a `Hostile` is `Send` and `Sync`.
        unsafe { Waker::new(Arc::into_raw(Arc::clone(self)).cast(), &TABLE) }
    }

    /// How often it was woken.
    pub(super) fn woken(&self) -> usize {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it was woken more often than that.
    pub(super) fn wait(&self, before: usize) {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let (woken, timeout) = self
            .changed
            .wait_timeout_while(woken, FOREVER, |woken| *woken <= before)
            .unwrap_or_else(PoisonError::into_inner);
        drop(woken);
        assert!(!timeout.timed_out(), "never woken");
    }

    fn wake(&self) {
        self.count();
        if (self.on_wake)() {
            self.count();
        }
    }

    fn count(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }
}

static TABLE: RawWakerVTable = RawWakerVTable::new(
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, whose owner lends it to us.
        let shared = unsafe { &*hostile.cast::<Hostile>() };
        if shared.clone_panics.swap(false, SeqCst) {
            deliberate();
        }
        // SAFETY: as above; the count belongs to the clone.
        unsafe { Arc::increment_strong_count(hostile.cast::<Hostile>()) };
        RawWaker::new(hostile, &TABLE)
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, whose count is given to us.
        let shared = unsafe { Arc::from_raw(hostile.cast::<Hostile>()) };
        shared.wake();
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, whose owner lends it to us.
        let shared = unsafe { &*hostile.cast::<Hostile>() };
        shared.wake();
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, whose count is given to us.
        let shared = unsafe { Arc::from_raw(hostile.cast::<Hostile>()) };
        if shared.drop_panics.load(SeqCst) {
            deliberate();
        }
    },
);
