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
    /// Creates the value on the thread, by calling `make`.
    pub(super) fn create<E: Send + 'static>(
        thread: &DedicatedThread,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> BlockingCall<'_, Result<Self, E>> {
        let owner = Self::new(thread);
        let call = BlockingCall::new(move || {
            values::insert(owner.key, make()?);
            Ok(owner)
        });
        call.executor(thread)
    }

    /// Moves the value to the thread.
    pub(super) fn from_value(thread: &DedicatedThread, value: T) -> Self
    where
        T: Send,
    {
        let owner = Self::new(thread);
        let key = owner.key;
        if thread.is_current() {
            // A job would run after the calls for which the current body waits.
            values::insert(key, value);
        } else {
            let insert = BlockingCall::new(move || values::insert(key, value));
            drop(insert.executor(thread).spawn());
        }
        owner
    }

    fn new(thread: &DedicatedThread) -> Self {
        Self { thread: thread.clone(), key: Key::new(), value: PhantomData }
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
