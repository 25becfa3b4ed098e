//! Several bound values of a kind, each used by one caller at a time.

use std::fmt;
use std::sync::{Arc, PoisonError};

use super::ThreadBound;
use crate::call::BlockingCall;
use crate::limit::{Limiter, LimiterPermit};
use crate::sync::{Mutex, MutexGuard};

/// A pool of [`ThreadBound`] values, such as connections, each lent to one caller at a time.
///
/// Callers wait in line without blocking, first come, first served. A value comes back when its
/// [`Checkout`] is dropped and the calls that were made through it have ended: one that is dropped
/// while it runs keeps the value until it is done with it.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use asyncify_runtime::{DedicatedThread, ThreadBound, ThreadBoundPool};
///
/// # futures::executor::block_on(async {
/// let mut connections = Vec::new();
/// for _ in 0..4 {
///     let thread = DedicatedThread::new("connection")?;
///     connections.push(ThreadBound::new(&thread, || std::io::Result::Ok(Cell::new(0))).await?);
/// }
/// let pool = ThreadBoundPool::new(connections);
///
/// let connection = pool.checkout().await;
/// connection.call(|count| count.set(1)).await;
/// // The same one.
/// assert_eq!(connection.call(|count| count.get()).await, 1);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct ThreadBoundPool<T: 'static> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: 'static> {
    /// As many as there are spare permits, or on their way to a permit's owner.
    idle: Mutex<Vec<ThreadBound<T>>>,
    line: Limiter,
}

impl<T: 'static> ThreadBoundPool<T> {
    /// A pool of these values.
    ///
    /// # Panics
    ///
    /// If there is none: whoever asks would wait for ever.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = ThreadBound<T>>) -> Self {
        let idle: Vec<_> = values.into_iter().collect();
        assert!(!idle.is_empty(), "a `ThreadBoundPool` needs one value at least");
        let line = Limiter::new(idle.len());
        Self { shared: Arc::new(Shared { idle: Mutex::new(idle), line }) }
    }

    /// Waits for a value that nobody uses: the one that was used last, if there are several.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses its turn and nothing else.
    pub async fn checkout(&self) -> Checkout<T> {
        let permit = self.shared.line.acquire().await;
        Checkout::new(&self.shared, permit)
    }

    /// A value that nobody uses, if there is one and nobody waits for it.
    #[must_use]
    pub fn try_checkout(&self) -> Option<Checkout<T>> {
        let permit = self.shared.line.try_acquire()?;
        Some(Checkout::new(&self.shared, permit))
    }

    /// Calls `f` with a value that nobody uses.
    ///
    /// # Cancel safety
    ///
    /// Dropped while it waits, `f` never runs; dropped while `f` runs, that goes on to its end.
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

    /// How many values nobody uses.
    #[must_use]
    pub fn available(&self) -> usize {
        self.shared.line.available()
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
        let line = &self.shared.line;
        f.debug_struct("ThreadBoundPool")
            .field("values", &line.limit())
            .field("available", &line.available())
            .finish()
    }
}

/// A value of a [`ThreadBoundPool`], for its holder alone.
pub struct Checkout<T: 'static> {
    lent: Arc<Lent<T>>,
}

/// Comes back with its last owner: the checkout, or a call that was made through it.
struct Lent<T: 'static> {
    /// None only while it is dropped.
    value: Option<ThreadBound<T>>,
    shared: Arc<Shared<T>>,
    /// Given back after the value.
    _permit: LimiterPermit,
}

impl<T: 'static> Checkout<T> {
    fn new(shared: &Arc<Shared<T>>, permit: LimiterPermit) -> Self {
        let value = shared.lock_idle().pop();
        debug_assert!(value.is_some(), "there is a value for each permit");
        Self { lent: Arc::new(Lent { value, shared: shared.clone(), _permit: permit }) }
    }

    /// Calls `f` with the value, on its thread.
    ///
    /// # Cancel safety
    ///
    /// As any [`BlockingCall`].
    ///
    /// # Panics
    ///
    /// As [`ThreadBound::call`].
    ///
    /// The state in which a call leaves the value is what the next one finds, also that of the next
    /// holder: a transaction, for instance, is to be ended by whoever has begun it.
    pub fn call<F, R>(&self, f: F) -> BlockingCall<'_, R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        let lent = self.lent.clone();
        let value = self.lent.value.as_ref().expect("a value is taken out only by its drop");
        value.call(move |value| {
            let result = f(value);
            drop(lent);
            result
        })
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        self.shared.lock_idle().extend(self.value.take());
    }
}

impl<T> fmt::Debug for Checkout<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkout").finish_non_exhaustive()
    }
}
