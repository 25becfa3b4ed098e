//! The owner of a value that lives on another thread.

use std::marker::PhantomData;

use super::values::{self, Key};
use crate::call::BlockingCall;
use crate::executor::DedicatedThread;
use crate::util::drop_quietly;

/// Owns the value: dropping the owner drops the value on the value's thread.
pub(super) struct Owner<T> {
    thread: DedicatedThread,
    key: Key,
    /// The `T` itself is never on this side.
    value: PhantomData<fn(T) -> T>,
}

impl<T: 'static> Owner<T> {
    /// Stores the value on the current thread, which is `thread`.
    pub(super) fn new(thread: DedicatedThread, value: T) -> Self {
        Self { thread, key: values::insert(value), value: PhantomData }
    }

    /// Calls `f` with the value. Must be called on the value's thread.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        values::with(self.key, f)
    }

    /// Drops the value. Must be called on the value's thread.
    pub(super) fn close(&self) {
        drop(values::remove(self.key));
    }
}

impl<T> Owner<T> {
    pub(super) fn thread(&self) -> &DedicatedThread {
        &self.thread
    }
}

impl<T> Drop for Owner<T> {
    fn drop(&mut self) {
        let key = self.key;
        let drop_value = BlockingCall::new(move || drop_quietly(values::remove(key)));
        drop(drop_value.executor(&self.thread).spawn());
    }
}
