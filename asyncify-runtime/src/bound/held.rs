//! The one owner of a value that is elsewhere.

use std::marker::PhantomData;

use super::values::{self, Key};
use crate::call::BlockingCall;
use crate::executor::DedicatedThread;
use crate::util::drop_quietly;

/// Lets the value be dropped on its thread when it is dropped itself.
pub(super) struct Held<T> {
    thread: DedicatedThread,
    key: Key,
    /// Neither owns a `T` nor has one.
    value: PhantomData<fn(T) -> T>,
}

impl<T: 'static> Held<T> {
    /// Leaves the value on this thread, which is `thread`.
    pub(super) fn new(thread: DedicatedThread, value: T) -> Self {
        Self { thread, key: values::insert(value), value: PhantomData }
    }

    /// Calls `f` with the value; on its thread.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        values::with(self.key, f)
    }

    /// Drops the value; on its thread.
    pub(super) fn close(&self) {
        drop(values::remove(self.key));
    }
}

impl<T> Held<T> {
    pub(super) fn thread(&self) -> &DedicatedThread {
        &self.thread
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        let key = self.key;
        let drop_value = BlockingCall::new(move || drop_quietly(values::remove(key)));
        drop(drop_value.executor(&self.thread).spawn());
    }
}
