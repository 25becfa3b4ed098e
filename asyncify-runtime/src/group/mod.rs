//! A group of calls and futures, which are joined as they complete or in order, and cancelled
//! together.
//!
//! [`Children`] polls those that were woken.
//!
//! # Invariant
//!
//! Dropping a child cancels it. So when a group ends in any way (it is dropped, its scope panics,
//! or the rest is cancelled after an error), no more of its calls start.

mod child;
mod children;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(all(test, not(asyncify_loom)))]
mod panicking_drops;
#[cfg(all(test, not(asyncify_loom)))]
mod random;
mod scope;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use self::child::Child;
use self::children::Children;
#[cfg(feature = "metrics")]
pub(crate) use self::metrics::GroupCounters;
#[cfg(feature = "metrics")]
pub use self::metrics::GroupMetrics;
use crate::call::{SpawnOptions, block_on, resume};
use crate::executor::Executor;
use crate::task::JoinError;
use crate::util::{budget, drop_quietly};

/// A group of blocking calls and futures.
///
/// Each child has a number, counted from 0 in the order of spawning, which can serve as an index.
/// [`join_next`](Self::join_next) returns results as children complete,
/// [`join_all`](Self::join_all) returns all results in order, and
/// [`try_join_all`](Self::try_join_all) stops at the first error. [`scope`](Self::scope) waits
/// until all children have ended.
///
/// # Cancel safety
///
/// Dropping the group cancels its children. Queued calls never run; running calls continue, and see
/// the cancellation through [`is_cancelled`](crate::is_cancelled); futures are dropped.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::TaskGroup;
///
/// # futures::executor::block_on(async {
/// let names = ["Cargo.toml", "src/lib.rs", "missing"];
/// let mut group = TaskGroup::new();
/// for name in names {
///     group.spawn(move || std::fs::read(name).map(|bytes| bytes.len()));
/// }
/// while let Some((number, size)) = group.join_next().await {
///     match size? {
///         Ok(size) => println!("{}: {size} bytes", names[number]),
///         Err(error) => println!("{}: {error}", names[number]),
///     }
/// }
/// # Ok::<(), asyncify_runtime::JoinError>(()) }).unwrap();
/// ```
#[must_use = "dropping a group cancels its children"]
pub struct TaskGroup<T> {
    options: SpawnOptions,
    children: Children<T>,
    /// The number of results that were returned without a wait in between.
    joined_in_a_row: u8,
}

impl<T: Send + 'static> TaskGroup<T> {
    /// Creates a group whose closures run on the default executor: that of the current
    /// [scope](crate::scope_executor), or the global pool.
    pub fn new() -> Self {
        Self::with_options(SpawnOptions::default())
    }

    /// Creates a group whose closures run on `executor`.
    ///
    /// If the executor's bounded queue is full, they wait for room, first come, first served.
    pub fn with_executor(executor: impl Executor + 'static) -> Self {
        Self::with_options(SpawnOptions::on(executor))
    }

    fn with_options(options: SpawnOptions) -> Self {
        Self { options, children: Children::new(), joined_in_a_row: 0 }
    }

    /// Counts the children from here on, and those that have not been joined.
    #[cfg(feature = "metrics")]
    pub(crate) fn count_in(&mut self, counters: std::sync::Arc<GroupCounters>) {
        self.children.count_in(counters);
    }

    /// Spawns a blocking closure, and returns its number.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn spawn<F>(&mut self, body: F) -> usize
    where
        F: FnOnce() -> T + Send + 'static,
    {
        self.children.push(Child::call(self.options.spawn(body)))
    }

    /// Adds a future, such as the call of an annotated function, and returns its number.
    ///
    /// The future is polled once immediately, which starts the call. After that, it makes progress
    /// only while the group is joined.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{TaskGroup, sync_to_async};
    ///
    /// #[sync_to_async]
    /// fn size(path: &str) -> std::io::Result<u64> {
    ///     Ok(std::fs::metadata(path)?.len())
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let mut group = TaskGroup::new();
    /// group.spawn_future(size("Cargo.toml"));
    /// group.spawn_future(size("src/lib.rs"));
    /// let sizes = group.try_join_all().await?;
    /// assert!(sizes.iter().sum::<u64>() > 0);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn spawn_future<F>(&mut self, future: F) -> usize
    where
        F: IntoFuture<Output = T, IntoFuture: Send + 'static>,
    {
        self.children.push_and_poll(Child::future(Box::pin(future.into_future())))
    }

    /// Returns the number of children that have not been joined.
    #[must_use]
    pub fn len(&self) -> usize {
        self.children.len()
    }

    /// Returns `true` if all children have been joined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cancels the child with this number, which remains in the group and can be joined. If it has
    /// been joined, this does nothing.
    ///
    /// A queued call, or a future, resolves as [cancelled](JoinError::is_cancelled), even if one of
    /// its destructors panics. A running call completes when its body ends, and sees the
    /// cancellation through [`is_cancelled`](crate::is_cancelled).
    ///
    /// # Examples
    ///
    /// ```
    /// # use asyncify_runtime::TaskGroup;
    /// # futures::executor::block_on(async {
    /// let mut group = TaskGroup::new();
    /// let slow = group.spawn_future(std::future::pending());
    /// group.spawn(|| 5);
    /// group.cancel(slow);
    /// while let Some((number, result)) = group.join_next().await {
    ///     match result {
    ///         Ok(value) => assert_eq!(value, 5),
    ///         Err(error) => assert!(number == slow && error.is_cancelled()),
    ///     }
    /// }
    /// # });
    /// ```
    #[doc(alias = "abort")]
    pub fn cancel(&mut self, number: usize) {
        self.children.cancel(number);
    }

    /// Cancels all children, as [`cancel`](Self::cancel) does.
    #[doc(alias = "abort_all")]
    pub fn cancel_all(&mut self) {
        self.children.cancel_all();
    }

    /// Cancels all children and waits until they have ended. Their results are dropped, and panics
    /// in children are ignored.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped after its first poll, the children are cancelled, and those that
    /// have not ended remain in the group.
    pub async fn shutdown(&mut self) {
        self.cancel_all();
        while let Some((_, result)) = self.join_next().await {
            drop_quietly(result);
        }
    }

    /// Removes all children from the group without cancelling them. They run to completion, and
    /// their results are dropped.
    ///
    /// A future that has not completed continues in a call of its own: it occupies a thread of the
    /// group's executor until it completes.
    pub fn detach_all(&mut self) {
        for future in self.children.take_all().filter_map(Child::detach) {
            drop(self.options.spawn(move || block_on(future)).into_handle());
        }
    }

    /// Waits until one of the children completes, and returns its number and result. Returns `None`
    /// if there are no children.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. If the future is dropped, no result is lost.
    ///
    /// # Errors
    ///
    /// The result of a child that panicked, was cancelled, or was rejected by its executor is a
    /// [`JoinError`].
    pub async fn join_next(&mut self) -> Option<(usize, Result<T, JoinError>)> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// Returns the number and result of a child that has completed, without waiting. Returns `None`
    /// if no child has completed, or if there are none.
    ///
    /// Futures in the group make progress: those that were woken are polled.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    ///
    /// # Examples
    ///
    /// ```
    /// # use asyncify_runtime::{Inline, TaskGroup};
    /// let mut group = TaskGroup::with_executor(Inline);
    /// assert!(group.try_join_next().is_none());
    /// group.spawn(|| 5);
    /// let (number, result) = group.try_join_next().expect("the call has completed");
    /// assert_eq!((number, result?), (0, 5));
    /// # Ok::<(), asyncify_runtime::JoinError>(())
    /// ```
    pub fn try_join_next(&mut self) -> Option<(usize, Result<T, JoinError>)> {
        self.children.next_completed()
    }

    /// Polls for the next child that completes. This is the poll function of
    /// [`join_next`](Self::join_next).
    ///
    /// If the results of many children are returned without a wait in between, it wakes the task
    /// and returns pending once, so that other tasks run.
    pub fn poll_join_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Result<T, JoinError>)>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        if self.joined_in_a_row == budget::LIMIT {
            self.joined_in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let joined = self.children.poll_next(cx);
        self.joined_in_a_row = if joined.is_ready() { self.joined_in_a_row + 1 } else { 0 };
        joined
    }

    /// Waits for all children, and returns their values in the order of spawning.
    ///
    /// Children that have already been joined are not included.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the group, which cancels its children.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a child, and panics if a child was rejected or dropped by its executor.
    /// The other children are cancelled.
    ///
    /// # Examples
    ///
    /// ```
    /// # use asyncify_runtime::TaskGroup;
    /// # futures::executor::block_on(async {
    /// let mut group = TaskGroup::new();
    /// for k in 0..4 {
    ///     group.spawn(move || k * k);
    /// }
    /// assert_eq!(group.join_all().await, [0, 1, 4, 9]);
    /// # });
    /// ```
    pub async fn join_all(mut self) -> Vec<T> {
        let mut joined = Joined::with_capacity(self.len());
        while let Some((number, result)) = self.join_next().await {
            joined.add(number, result.unwrap_or_else(|error| resume(error, "a value is missing")));
        }
        joined.in_order()
    }
}

impl<T: Send + 'static, E: Send + 'static> TaskGroup<Result<T, E>> {
    /// Waits for all children, and returns their values in the order of spawning. If a child
    /// returns an error, the others are cancelled and the error is returned.
    ///
    /// This method does not wait for bodies that are running when the error is returned; a
    /// [`scope`](Self::scope) waits for them.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the group, which cancels its children.
    ///
    /// # Errors
    ///
    /// Returns the error of the first child that completes with one.
    ///
    /// # Panics
    ///
    /// As [`join_all`](Self::join_all).
    pub async fn try_join_all(mut self) -> Result<Vec<T>, E> {
        self.try_join_rest().await
    }

    /// Like [`try_join_all`](Self::try_join_all), but keeps the group: after an error, the
    /// cancelled children can still be joined. Within a [`scope`](Self::scope), the error is
    /// returned when all bodies have ended.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the values of the children that it has joined are lost.
    ///
    /// # Errors
    ///
    /// Returns the error of the first child that completes with one.
    ///
    /// # Panics
    ///
    /// As [`join_all`](Self::join_all).
    ///
    /// # Examples
    ///
    /// Removes a directory of partial results, which no child writes to any more:
    ///
    /// ```
    /// use asyncify_runtime::{TaskGroup, asyncify};
    ///
    /// # futures::executor::block_on(async {
    /// let name = format!("parts-{}", std::process::id());
    /// let parts = std::env::temp_dir().join(name);
    /// asyncify!(std::fs::create_dir(&parts)).await?;
    ///
    /// let result = TaskGroup::new()
    ///     .scope(async |group| {
    ///         for source in ["Cargo.toml", "missing"] {
    ///             let target = parts.join(source);
    ///             group.spawn(move || std::fs::copy(source, target));
    ///         }
    ///         group.try_join_rest().await
    ///     })
    ///     .await;
    /// if result.is_err() {
    ///     asyncify!(std::fs::remove_dir_all(&parts)).await?;
    /// }
    /// # assert!(result.is_err() && !parts.exists());
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub async fn try_join_rest(&mut self) -> Result<Vec<T>, E> {
        let mut joined = Joined::with_capacity(self.len());
        while let Some((number, result)) = self.join_next().await {
            match result {
                Ok(Ok(value)) => joined.add(number, value),
                Ok(Err(error)) => {
                    self.cancel_all();
                    return Err(error);
                }
                Err(error) => {
                    self.cancel_all();
                    resume(error, "a value is missing")
                }
            }
        }
        Ok(joined.in_order())
    }
}

/// The values of joined children, in the order of completion.
struct Joined<T>(Vec<(usize, T)>);

impl<T> Joined<T> {
    fn with_capacity(children: usize) -> Self {
        Self(Vec::with_capacity(children))
    }

    fn add(&mut self, number: usize, value: T) {
        self.0.push((number, value));
    }

    fn in_order(mut self) -> Vec<T> {
        self.0.sort_unstable_by_key(|(number, _)| *number);
        std::mem::take(&mut self.0).into_iter().map(|(_, value)| value).collect()
    }
}

impl<T> Drop for Joined<T> {
    fn drop(&mut self) {
        // Catches panics, because an error is being returned or a panic is being resumed.
        self.0.drain(..).for_each(drop_quietly);
    }
}

/// Spawns blocking closures.
impl<T: Send + 'static, F: FnOnce() -> T + Send + 'static> Extend<F> for TaskGroup<T> {
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    fn extend<I: IntoIterator<Item = F>>(&mut self, bodies: I) {
        for body in bodies {
            self.spawn(body);
        }
    }
}

/// Spawns blocking closures in a [new](TaskGroup::new) group.
impl<T: Send + 'static, F: FnOnce() -> T + Send + 'static> FromIterator<F> for TaskGroup<T> {
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    fn from_iter<I: IntoIterator<Item = F>>(bodies: I) -> Self {
        let mut group = Self::new();
        group.extend(bodies);
        group
    }
}

impl<T: Send + 'static> Default for TaskGroup<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for TaskGroup<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup").field("len", &self.children.len()).finish_non_exhaustive()
    }
}
