//! Several calls that belong together: joined as they end or in order, cancelled together.
//!
//! A group polls its children by `FuturesUnordered`, so that a wake-up costs the same however many
//! there are.
//!
//! # Invariant
//!
//! A child that is dropped is cancelled. So whatever way a group ends (dropped, its scope left by a
//! panic, the rest given up after an error), nothing of it starts any more.

mod child;
#[cfg(all(test, not(asyncify_loom)))]
mod hostile;
mod scope;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_util::stream::FuturesUnordered;

use self::child::Child;

use crate::call::{SpawnOptions, resume};
use crate::executor::Executor;
use crate::task::JoinError;
use crate::util::drop_quietly;
use crate::util::proxy_waker::ProxyWaker;

/// Blocking calls and futures that belong together.
///
/// Each child is known by its number, counted from 0 in the order of spawning; that is the index
/// into whatever the children were made from. [`join_next`](Self::join_next) gives the results as
/// they come, [`join_all`](Self::join_all) all of them in order,
/// [`try_join_all`](Self::try_join_all) stops at the first error. [`scope`](Self::scope) makes sure
/// that nothing is left when it is over.
///
/// # Cancel safety
///
/// Dropping the group cancels its children: those that are queued never run, those that run see
/// [`is_cancelled`](crate::is_cancelled) and go on to their end by themselves; futures are dropped.
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
    children: FuturesUnordered<Child<T>>,
    proxy: ProxyWaker,
    /// The number of the next child.
    next: usize,
}

impl<T: Send + 'static> TaskGroup<T> {
    /// A group whose closures run where calls run that name no executor.
    pub fn new() -> Self {
        Self::at(SpawnOptions::default())
    }

    /// A group whose closures run on `executor`.
    ///
    /// On a bounded queue that is full they wait for their place, in order.
    pub fn on(executor: impl Executor + 'static) -> Self {
        Self::at(SpawnOptions::on(executor))
    }

    fn at(options: SpawnOptions) -> Self {
        Self { options, children: FuturesUnordered::new(), proxy: ProxyWaker::new(), next: 0 }
    }

    /// Starts a closure that blocks; gives its number.
    pub fn spawn<F>(&mut self, body: F) -> usize
    where
        F: FnOnce() -> T + Send + 'static,
    {
        let call = self.options.spawn(body);
        self.push(|number| Child::call(number, call))
    }

    /// Adds a future, such as the call of an annotated function; gives its number.
    ///
    /// It is polled once on the spot, which starts the call, and then whenever the group is: what it
    /// does after its first wait needs somebody who joins.
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
        let future = Box::pin(future.into_future());
        self.push(|number| {
            let mut child = Child::future(number, future);
            // Nobody to wake: the group polls each child that it has not polled yet.
            child.step(&mut Context::from_waker(Waker::noop()));
            child
        })
    }

    fn push(&mut self, child: impl FnOnce(usize) -> Child<T>) -> usize {
        let number = self.next;
        self.children.push(child(number));
        self.next += 1;
        number
    }

    /// How many children have not been joined.
    #[must_use]
    pub fn len(&self) -> usize {
        self.children.len()
    }

    /// Whether all children have been joined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// Asks all children to stop; they are still there to be joined.
    ///
    /// One that was queued, or is a future, ends as
    /// [cancelled](JoinError::is_cancelled), also when a destructor of it panics. One that runs ends
    /// when its body does.
    pub fn cancel_all(&mut self) {
        let mut children = std::mem::take(&mut self.children);
        for child in &mut children {
            child.cancel();
        }
        // As new ones, so that each is looked at again.
        self.children.extend(children);
    }

    /// Waits for the next child to end, whichever that is, and gives its number and result. `None`:
    /// no child is left.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: dropped, no result is lost.
    ///
    /// # Errors
    ///
    /// The [`JoinError`] of a child that panicked, was cancelled, or was refused by its executor.
    pub async fn join_next(&mut self) -> Option<(usize, Result<T, JoinError>)> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// [`join_next`](Self::join_next), for futures that are written by hand.
    pub fn poll_join_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Result<T, JoinError>)>> {
        Pin::new(&mut self.children).poll_next(&mut self.proxy.context(cx))
    }

    /// Waits for all children and gives their values in the order of spawning.
    ///
    /// Children that were joined before have no place in it.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the group is dropped: its children are cancelled.
    ///
    /// # Panics
    ///
    /// A panic of a child resumes here and cancels the rest, as does a child that was refused or
    /// discarded by its executor, as there is no value then.
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
    /// Waits for all children and gives their values in the order of spawning, or the first error
    /// there is, which cancels the rest.
    ///
    /// It does not wait for bodies that run when the error comes; within a [`scope`](Self::scope),
    /// that does.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the group is dropped: its children are cancelled.
    ///
    /// # Errors
    ///
    /// The first error in time.
    ///
    /// # Panics
    ///
    /// As [`join_all`](Self::join_all).
    pub async fn try_join_all(mut self) -> Result<Vec<T>, E> {
        self.try_join_rest().await
    }

    /// [`try_join_all`](Self::try_join_all) of a group that goes on, as inside a
    /// [`scope`](Self::scope): the cancelled children are still there to be joined.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the values that it had joined are lost.
    ///
    /// # Errors
    ///
    /// The first error in time.
    ///
    /// # Panics
    ///
    /// As [`join_all`](Self::join_all).
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

/// Values as they come, to be put in order.
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
        // There is an error to return or a panic that resumes.
        self.0.drain(..).for_each(drop_quietly);
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
