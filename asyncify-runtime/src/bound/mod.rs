//! Values that must stay on one thread and can be used from all threads.
//!
//! A value lives in a [table](values) of its thread, and only jobs on that thread access it. Only
//! its key crosses threads, so nothing here is `unsafe`, and the value need not be `Send`.

mod owner;
mod pool;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod values;

use std::fmt;
use std::sync::Arc;

use self::owner::Owner;
pub use self::pool::{Checkout, ThreadBoundPool};
use crate::call::BlockingCall;
use crate::executor::DedicatedThread;

/// A handle to a value that is created, used and dropped on one thread, and need not be `Send`.
///
/// Use it for database handles, windows, devices, scripting engines, and other values that must
/// stay on one thread. Calls are queued for the thread and run one after the other, each with
/// `&mut` access. Clones are handles to the same value, and several values can share a thread.
///
/// # Panics in a call
///
/// A panic is resumed where the call is awaited. The value is kept, and later calls see it in the
/// state in which the panic left it: there is no poisoning. A value that cannot be used any more
/// should be [closed](Self::close), or replaced by the next call.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use asyncify_runtime::{DedicatedThread, ThreadBound};
///
/// # futures::executor::block_on(async {
/// let thread = DedicatedThread::new("log")?;
/// let lines = || std::io::Result::Ok(Rc::new(RefCell::new(Vec::new())));
/// let log = ThreadBound::new(&thread, lines).await?;
/// log.call(|log| log.borrow_mut().push("one line")).await;
/// assert_eq!(log.call(|log| log.borrow().len()).await, 1);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct ThreadBound<T: 'static> {
    owner: Arc<Owner<T>>,
}

impl<T: 'static> ThreadBound<T> {
    /// Creates the value on `thread`, by calling `make`.
    ///
    /// The value keeps the thread alive; the thread exits when all handles to it and to its values
    /// are dropped.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, `make` is not called, or its value is dropped on the thread.
    ///
    /// # Errors
    ///
    /// Returns the error of `make`.
    ///
    /// # Panics
    ///
    /// A panic of `make` is resumed.
    pub async fn new<E: Send + 'static>(
        thread: &DedicatedThread,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<Self, E> {
        Ok(Self { owner: Arc::new(Owner::create(thread, make).await?) })
    }

    /// Moves a value to `thread`, where it is used and dropped from now on.
    ///
    /// This does not wait for the thread. Calls that are made later see the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{DedicatedThread, ThreadBound};
    ///
    /// # futures::executor::block_on(async {
    /// let thread = DedicatedThread::new("log")?;
    /// let log = ThreadBound::from_value(&thread, Vec::new());
    /// log.call(|log| log.push("one line")).await;
    /// assert_eq!(log.call(|log| log.len()).await, 1);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn from_value(thread: &DedicatedThread, value: T) -> Self
    where
        T: Send,
    {
        Self { owner: Arc::new(Owner::from_value(thread, value)) }
    }

    /// Calls `f` with the value, on its thread.
    ///
    /// # Cancel safety
    ///
    /// As for any [`BlockingCall`]: a queued call is cancelled, and a running one continues.
    ///
    /// # Panics
    ///
    /// A panic of `f` is resumed where the call is awaited. The call also panics if the value was
    /// [closed](Self::close), if the call was sent to another executor, or if it is awaited within
    /// the `f` of another call, which is using the value.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn call<F, R>(&self, f: F) -> BlockingCall<'_, R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        self.call_named::<F, F, R>(f)
    }

    /// [`call`](Self::call); the type `N` gives the call its name.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    fn call_named<N: 'static, F, R>(&self, f: F) -> BlockingCall<'_, R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        // The call keeps the value alive, even if this handle is dropped.
        let owner = self.owner.clone();
        BlockingCall::named::<N, _>(move || owner.with(f)).executor(self.owner.thread())
    }

    /// Drops the value on its thread, after all earlier calls, and waits until it is dropped.
    ///
    /// Without this method, the value is dropped on its thread after the last handle is dropped,
    /// and nothing waits for it. Later calls through other handles panic.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is polled, only this handle is dropped. If it is dropped
    /// later, the value is closed nevertheless.
    ///
    /// # Panics
    ///
    /// A panic of the value's destructor is resumed.
    pub async fn close(self) {
        let owner = self.owner.clone();
        let close = BlockingCall::new(move || owner.close());
        close.executor(self.owner.thread()).detach().await;
    }
}

impl<T> Clone for ThreadBound<T> {
    fn clone(&self) -> Self {
        Self { owner: self.owner.clone() }
    }
}

impl<T> fmt::Debug for ThreadBound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadBound").finish_non_exhaustive()
    }
}
