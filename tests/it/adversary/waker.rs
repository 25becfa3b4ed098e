//! A waker whose clone, wake and drop may panic or call back.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{RawWaker, RawWakerVTable, Waker};

use asyncify_tests::FOREVER;

use super::deliberate_panic;

/// The state that all clones of the waker share.
pub(super) struct HostileWaker {
    /// Called on the thread that wakes, after the wake-up was counted. Returns `true` if it has
    /// completed or dropped the future, which is not woken again.
    on_wake: Box<dyn Fn() -> bool + Send + Sync>,
    /// The next clone panics.
    pub(super) clone_panics: AtomicBool,
    /// Each drop panics.
    pub(super) drop_panics: AtomicBool,
    woken: Mutex<usize>,
    changed: Condvar,
}

impl HostileWaker {
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
        // SAFETY: the functions of `TABLE` fulfil the contract of `RawWaker` for a pointer to a
        // `HostileWaker` that comes from `Arc::into_raw`, and a `HostileWaker` is `Send` and
        // `Sync`.
        unsafe { Waker::new(Arc::into_raw(Arc::clone(self)).cast(), &TABLE) }
    }

    /// Returns the number of wake-ups.
    pub(super) fn woken(&self) -> usize {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there were more than `before` wake-ups.
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
        // SAFETY: a pointer from `Arc::into_raw`, which its owner keeps alive.
        let shared = unsafe { &*hostile.cast::<HostileWaker>() };
        if shared.clone_panics.swap(false, SeqCst) {
            deliberate_panic();
        }
        // SAFETY: as above; the count belongs to the clone.
        unsafe { Arc::increment_strong_count(hostile.cast::<HostileWaker>()) };
        RawWaker::new(hostile, &TABLE)
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, one reference of which this call owns.
        let shared = unsafe { Arc::from_raw(hostile.cast::<HostileWaker>()) };
        shared.wake();
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, which its owner keeps alive.
        let shared = unsafe { &*hostile.cast::<HostileWaker>() };
        shared.wake();
    },
    |hostile| {
        // SAFETY: a pointer from `Arc::into_raw`, one reference of which this call owns.
        let shared = unsafe { Arc::from_raw(hostile.cast::<HostileWaker>()) };
        if shared.drop_panics.load(SeqCst) {
            deliberate_panic();
        }
    },
);
