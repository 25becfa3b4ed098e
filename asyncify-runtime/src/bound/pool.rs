//! A pool of thread-bound values, each used by one caller at a time.

use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError};

use super::ThreadBound;
use super::owner::Owner;
use crate::call::{BlockingCall, resume};
use crate::executor::DedicatedThread;
use crate::limit::{Limiter, LimiterPermit};
use crate::sync::{Mutex, MutexGuard};

/// A pool of [`ThreadBound`] values, such as connections, each used by one caller at a time.
///
/// Callers wait without blocking a thread, first come, first served. A value returns to the pool
/// when its [`Checkout`] is dropped and all calls made through it have ended. A call whose future
/// is dropped while it runs keeps the value until its body ends.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use asyncify_runtime::ThreadBoundPool;
///
/// # futures::executor::block_on(async {
/// let open = || std::io::Result::Ok(Cell::new(0));
/// let pool = ThreadBoundPool::create("connection", 4, open).await?;
///
/// let connection = pool.checkout().await;
/// connection.call(|count| count.set(1)).await;
/// // The same connection.
/// assert_eq!(connection.call(|count| count.get()).await, 1);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct ThreadBoundPool<T: 'static> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: 'static> {
    /// One value for each permit that is available, or granted but not yet used to take a value.
    idle: Mutex<Vec<ThreadBound<T>>>,
    permits: Limiter,
}

impl<T: 'static> ThreadBoundPool<T> {
    /// Creates a pool of `count` values, each on a thread of its own, by calling `make` on each of
    /// the threads.
    ///
    /// `name` is the name of the threads.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the values that were created are dropped on their threads.
    ///
    /// # Errors
    ///
    /// Returns the first error of `make`, or an error if a thread cannot be created.
    ///
    /// # Panics
    ///
    /// Panics if `count` is 0, and resumes a panic of `make`.
    pub async fn create<E>(
        name: &str,
        count: usize,
        make: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, E>
    where
        E: From<io::Error> + Send + 'static,
    {
        let make = Arc::new(make);
        let mut started = Vec::with_capacity(count);
        for _ in 0..count {
            let make = make.clone();
            started.push(Owner::create(&DedicatedThread::new(name)?, move || make()).spawn());
        }
        let mut values = Vec::with_capacity(count);
        for handle in started {
            let owner = handle.await.unwrap_or_else(|error| resume(error, "a value is missing"))?;
            values.push(ThreadBound { owner: Arc::new(owner) });
        }
        Ok(Self::new(values))
    }

    /// Creates a pool of `values`.
    ///
    /// # Panics
    ///
    /// Panics if there are no values, because callers would wait forever.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = ThreadBound<T>>) -> Self {
        let idle: Vec<_> = values.into_iter().collect();
        assert!(!idle.is_empty(), "a `ThreadBoundPool` needs at least one value");
        let permits = Limiter::new(idle.len());
        Self { shared: Arc::new(Shared { idle: Mutex::new(idle), permits }) }
    }

    /// Waits for an idle value. If there are several, the most recently used one is returned.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future only gives up its place in the wait queue.
    pub async fn checkout(&self) -> Checkout<T> {
        let permit = self.shared.permits.acquire().await;
        Checkout::new(&self.shared, permit)
    }

    /// Returns an idle value without waiting, or `None` if there is none or other callers are
    /// waiting.
    #[must_use]
    pub fn try_checkout(&self) -> Option<Checkout<T>> {
        let permit = self.shared.permits.try_acquire()?;
        Some(Checkout::new(&self.shared, permit))
    }

    /// Waits for an idle value and calls `f` with it.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before `f` runs, `f` never runs. If it is dropped later, `f` runs
    /// to its end.
    ///
    /// # Panics
    ///
    /// As [`ThreadBound::call`].
    pub async fn call<F, R>(&self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        self.checkout().await.call(f).await
    }

    /// Returns the number of idle values.
    #[must_use]
    pub fn available(&self) -> usize {
        self.shared.permits.available()
    }
}

impl<T> Shared<T> {
    fn lock_idle(&self) -> MutexGuard<'_, Vec<ThreadBound<T>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for ThreadBoundPool<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<T> fmt::Debug for ThreadBoundPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permits = &self.shared.permits;
        f.debug_struct("ThreadBoundPool")
            .field("values", &permits.limit())
            .field("available", &permits.available())
            .finish()
    }
}

/// Exclusive use of a value of a [`ThreadBoundPool`].
pub struct Checkout<T: 'static> {
    checked_out: Arc<CheckedOut<T>>,
}

/// Returns the value to the pool when its last owner is dropped: the checkout, or a call made
/// through it.
struct CheckedOut<T: 'static> {
    /// `None` only while this is dropped.
    value: Option<ThreadBound<T>>,
    shared: Arc<Shared<T>>,
    /// Released after the value has been returned.
    _permit: LimiterPermit,
}

impl<T: 'static> Checkout<T> {
    fn new(shared: &Arc<Shared<T>>, permit: LimiterPermit) -> Self {
        let value = shared.lock_idle().pop();
        debug_assert!(value.is_some(), "there is a value for each permit");
        Self {
            checked_out: Arc::new(CheckedOut { value, shared: shared.clone(), _permit: permit }),
        }
    }

    /// Calls `f` with the value, on its thread.
    ///
    /// The next call, also through a later checkout, sees the value in the state in which `f`
    /// leaves it. A transaction, for example, should be ended before the checkout is dropped.
    ///
    /// # Cancel safety
    ///
    /// As for any [`BlockingCall`].
    ///
    /// # Panics
    ///
    /// As [`ThreadBound::call`].
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn call<F, R>(&self, f: F) -> BlockingCall<'_, R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        let checked_out = self.checked_out.clone();
        let value = self.checked_out.value.as_ref().expect("the value is taken only on drop");
        value.call_named::<F, _, R>(move |value| {
            let result = f(value);
            drop(checked_out);
            result
        })
    }
}

impl<T> Drop for CheckedOut<T> {
    fn drop(&mut self) {
        self.shared.lock_idle().extend(self.value.take());
    }
}

impl<T> fmt::Debug for Checkout<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkout").finish_non_exhaustive()
    }
}
