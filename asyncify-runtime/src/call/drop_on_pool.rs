//! A value that is dropped on the pool.

use crate::call::SpawnOptions;
use crate::util::drop_quietly;

/// Owns a value on its way to a job and drops it on a blocking thread if the job never takes it:
/// closing a file, or an iterator over one, may block. [`SpawnOptions::spawn_guaranteed`] describes
/// which thread drops the value when the queue is full or the executor is shut down.
pub(crate) struct DropOnPool<T: Send + 'static> {
    value: Option<Box<T>>,
    options: SpawnOptions,
}

impl<T: Send + 'static> DropOnPool<T> {
    pub(crate) fn new(options: &SpawnOptions, value: Box<T>) -> Self {
        Self { value: Some(value), options: options.clone() }
    }

    /// Returns the value, which its new owner drops.
    #[expect(clippy::unnecessary_box_returns, reason = "the value stays where it is")]
    pub(crate) fn into_inner(mut self) -> Box<T> {
        self.value.take().expect("the value is taken once")
    }
}

impl<T: Send + 'static> Drop for DropOnPool<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take().filter(|_| std::mem::needs_drop::<T>()) {
            self.options.spawn_guaranteed(move || drop_quietly(value));
        }
    }
}
