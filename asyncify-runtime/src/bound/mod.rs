//! Values that may not leave their thread, used from everywhere.
//!
//! The value lives in a [table](values) of its thread, and only jobs of that thread touch it. What
//! travels is a key, so nothing here is `unsafe`, and the value need not be `Send`.

mod held;
mod pool;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod values;

use std::fmt;
use std::sync::Arc;

use self::held::Held;
pub use self::pool::{Checkout, ThreadBoundPool};
use crate::call::BlockingCall;
use crate::executor::DedicatedThread;

/// A value that is made, used and dropped on one thread, and need not be `Send`.
///
/// For database handles, windows, devices, scripting engines and whatever else minds the thread it
/// is on. Calls queue for the thread and run one after the other, each with `&mut` access. Clones
/// are handles to the same value, and several values may share a thread.
///
/// # Panics in a call
///
/// A panic resumes where the call is awaited. The value stays, in the state in which the panic left
/// it, and the next call finds it so: as behind a lock that knows no poison. What cannot be used
/// any more after that is to be [closed](Self::close), or replaced by the call that notices.
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
/// let log = ThreadBound::new(&thread, || std::io::Result::Ok(Rc::new(RefCell::new(vec![])))).await?;
/// log.call(|log| log.borrow_mut().push("one line")).await;
/// assert_eq!(log.call(|log| log.borrow().len()).await, 1);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct ThreadBound<T: 'static> {
    held: Arc<Held<T>>,
}

impl<T: 'static> ThreadBound<T> {
    /// Makes the value on `thread`.
    ///
    /// The thread ends when nobody has it any more, this handle included.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the value is not made, or dropped again on its thread.
    ///
    /// # Errors
    ///
    /// That of `make`.
    ///
    /// # Panics
    ///
    /// A panic of `make` resumes here.
    pub async fn new<E: Send + 'static>(
        thread: &DedicatedThread,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<Self, E> {
        let home = thread.clone();
        let call = BlockingCall::new(move || make().map(|value| Held::new(home, value)));
        Ok(Self { held: Arc::new(call.executor(thread).await?) })
    }

    /// Calls `f` with the value, on its thread.
    ///
    /// # Cancel safety
    ///
    /// As any [`BlockingCall`].
    ///
    /// # Panics
    ///
    /// A panic of `f` resumes where the call is awaited. So does one that says so when the value was
    /// [closed](Self::close), when the call was sent to another executor, or when `f` of another call
    /// waits for this one while it has the value.
    pub fn call<F, R>(&self, f: F) -> BlockingCall<'_, R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        // The value lives until the call has ended, also without this handle.
        let held = self.held.clone();
        BlockingCall::new(move || held.with(f)).executor(self.held.thread())
    }

    /// Drops the value on its thread, after the calls that were made before, and waits for that.
    ///
    /// Without it, the value is dropped on its thread when the last handle is, and nobody waits.
    /// Calls that are made later, through other handles, panic.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is polled, only the handle is dropped. Dropped later, the value is closed
    /// all the same.
    ///
    /// # Panics
    ///
    /// A panic of the value's destructor resumes here.
    pub async fn close(self) {
        let held = self.held.clone();
        let close = BlockingCall::new(move || held.close());
        close.executor(self.held.thread()).detach().await;
    }
}

impl<T> Clone for ThreadBound<T> {
    fn clone(&self) -> Self {
        Self { held: self.held.clone() }
    }
}

impl<T> fmt::Debug for ThreadBound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadBound").finish_non_exhaustive()
    }
}
