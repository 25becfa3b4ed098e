//! The table of a thread's values.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::thread::{self, ThreadId};

/// Identifies a value, process-wide.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    thread: ThreadId,
    /// Unique on its thread.
    number: u64,
}

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
    /// Never borrowed while user code runs.
    static VALUES: RefCell<HashMap<Key, Box<dyn Any>>> = RefCell::default();
}

pub(super) fn insert<T: 'static>(value: T) -> Key {
    let number = NEXT.replace(NEXT.get() + 1);
    let key = Key { thread: thread::current().id(), number };
    put(key, Box::new(value));
    key
}

/// Removes a value from the table.
pub(super) fn remove(key: Key) -> Option<Box<dyn Any>> {
    // A thread that is destroying its locals has dropped the value.
    VALUES.try_with(|values| values.borrow_mut().remove(&key)).ok().flatten()
}

fn put(key: Key, value: Box<dyn Any>) {
    VALUES.with_borrow_mut(|values| values.insert(key, value));
}

/// Calls `f` with a value of this thread.
///
/// # Panics
///
/// Panics if the thread has no value with this key.
pub(super) fn with<T: 'static, R>(key: Key, f: impl FnOnce(&mut T) -> R) -> R {
    let Some(value) = remove(key) else {
        panic!(
            "the value of this `ThreadBound` was closed, is on another thread, or is in use by the body \
             that makes this call"
        );
    };
    let mut borrowed = Borrowed { key, value: Some(value) };
    let value = borrowed.value.as_mut().and_then(|value| value.downcast_mut());
    f(value.expect("a key names a value of one type"))
}

/// Puts the value back when it is dropped, also if the call panics.
struct Borrowed {
    key: Key,
    value: Option<Box<dyn Any>>,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            put(self.key, value);
        }
    }
}
