//! The table of a thread's values.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::sync::unmodelled::{AtomicUsize, Ordering};

/// Identifies a value, process-wide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(usize);

impl Key {
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        // Relaxed: the numbers need only differ.
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

thread_local! {
    /// `None`: the value is in use. Never borrowed while user code runs.
    static VALUES: RefCell<BTreeMap<Key, Option<Box<dyn Any>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Adds a value to the table of this thread.
pub(super) fn insert<T: 'static>(key: Key, value: T) {
    let value: Box<dyn Any> = Box::new(value);
    VALUES.with_borrow_mut(|values| values.insert(key, Some(value)));
}

/// Removes a value from the table. A value that is in use is dropped after that.
pub(super) fn remove(key: Key) -> Option<Box<dyn Any>> {
    // A thread that is destroying its locals has dropped the value.
    VALUES.try_with(|values| values.borrow_mut().remove(&key)).ok().flatten().flatten()
}

/// Calls `f` with a value of this thread.
///
/// # Panics
///
/// Panics if the thread has no value with this key, or if it is in use.
pub(super) fn with<T: 'static, R>(key: Key, f: impl FnOnce(&mut T) -> R) -> R {
    let value = VALUES.with_borrow_mut(|values| values.get_mut(&key)?.take());
    let Some(value) = value else {
        panic!(
            "the value of this `ThreadBound` was closed, is on another thread, or is in use by the body \
             that makes this call"
        );
    };
    let mut borrowed = Borrowed { key, value: Some(value) };
    let value = borrowed.value.as_mut().and_then(|value| value.downcast_mut());
    f(value.expect("a key names a value of one type"))
}

/// Returns the value to the table when it is dropped, also if the call panics, unless the value was
/// removed in the meantime.
struct Borrowed {
    key: Key,
    value: Option<Box<dyn Any>>,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        VALUES.with_borrow_mut(|values| {
            if let Some(entry) = values.get_mut(&self.key) {
                *entry = self.value.take();
            }
        });
    }
}
