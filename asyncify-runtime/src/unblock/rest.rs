//! Uses of the value on the caller's thread, while it is at rest.

use std::task::{Context, Poll, Waker};

use super::{Inner, Unblock};

impl<T: Send + 'static> Inner<T> {
    /// Returns whether no job uses the value, nothing is buffered, and there is no error to report.
    fn is_at_rest(&mut self) -> bool {
        self.abandon_seek();
        // A job that has not ended wakes the task of the operation that follows.
        let idle = self.poll_idle(&mut Context::from_waker(Waker::noop()));
        matches!(idle, Poll::Ready(Ok(())))
            && self.write_buffer.is_empty()
            && !self.write_buffer.has_error()
            && self.read_buffer.is_clear()
    }
}

impl<T: Send + 'static> Unblock<T> {
    /// Calls `f` with the value on this thread, if the value is at rest: no job uses it, no bytes
    /// were read ahead, all accepted bytes are written, and there is no error to report. Returns
    /// `None` otherwise.
    ///
    /// `f` must not block. It is meant for operations that return at once or not at all, such as a
    /// read of a socket that is not in blocking mode.
    ///
    /// # Panics
    ///
    /// Resumes a panic of `f`, or of an earlier operation in which the value was lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::Unblock;
    /// use futures::AsyncReadExt;
    ///
    /// # futures::executor::block_on(async {
    /// let mut file = Unblock::new(std::fs::File::open("Cargo.toml")?);
    /// assert!(file.try_with(|_| ()).is_some());
    /// file.read_exact(&mut [0]).await?;
    /// assert!(file.try_with(|_| ()).is_none()); // more than one byte was read
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn try_with<R>(&mut self, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        let inner = self.inner.get_mut();
        let value = if inner.is_at_rest() { inner.value.take() } else { None };
        let mut used = Used { inner, value };
        used.value.as_deref_mut().map(f)
    }

    /// Returns the value at once if it is at rest, as [`try_with`](Self::try_with) requires.
    ///
    /// # Errors
    ///
    /// Returns the `Unblock` unchanged if the value is not at rest.
    /// [`into_inner`](Self::into_inner) waits instead.
    #[allow(clippy::result_large_err, reason = "the error is the value itself")]
    pub fn try_into_inner(mut self) -> Result<T, Self> {
        let inner = self.inner.get_mut();
        let value = if inner.is_at_rest() { inner.value.take() } else { None };
        value.map(|value| *value).ok_or(self)
    }
}

/// Returns the value when it is dropped, also by a panic.
struct Used<'a, T: Send + 'static> {
    inner: &'a mut Inner<T>,
    value: Option<Box<T>>,
}

impl<T: Send + 'static> Drop for Used<'_, T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.inner.value.put_back(value);
        }
    }
}
