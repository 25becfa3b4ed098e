//! The public handle to a semaphore.

use std::fmt;
use std::sync::Arc;

use super::semaphore::Semaphore;
use super::{Acquire, LimiterMetrics, LimiterPermit};

/// Limits the number of calls that run at the same time. Calls wait for a permit without blocking a
/// thread.
///
/// Clones are handles to the same limit. A limiter is independent of pools, runtimes and functions:
/// one limit covers all calls that share it.
///
/// # Fairness
///
/// Permits are granted in the order in which they were requested, that is, in the order of the
/// first polls of [`acquire`](Self::acquire) and [`acquire_many`](Self::acquire_many). A released
/// permit is handed to the oldest waiter directly, before its task is polled, so no later caller
/// can overtake it; this includes [`try_acquire`](Self::try_acquire).
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{Limiter, asyncify};
///
/// # futures::executor::block_on(async {
/// // The device serves two readers at a time.
/// let device = Limiter::new(2);
///
/// let permit = device.acquire().await;
/// let text = asyncify!({
///     // Moved into the body, the permit is held until the body ends.
///     let _permit = permit;
///     std::fs::read_to_string("Cargo.toml")
/// })
/// .await?;
/// assert!(text.contains("[package]"));
/// assert_eq!(device.available(), 2);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Limiter(Arc<Semaphore>);

impl Limiter {
    /// Creates a limiter with `limit` permits.
    ///
    /// A limit of 0 pauses all callers until [`set_limit`](Self::set_limit) raises it. A limit of
    /// `usize::MAX` is no limit.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(limit)))
    }

    /// Waits for a permit.
    ///
    /// The future is `'static`: it owns a handle to the limiter, and so does the permit.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up its place in the wait queue. If it has already been granted a
    /// permit, the permit goes to the next waiter.
    pub fn acquire(&self) -> Acquire {
        Acquire::new(self.clone(), 1)
    }

    /// Waits for `count` permits at once, for work that weighs more than other work.
    ///
    /// The caller is served in order as well: while it is the oldest waiter, released permits are
    /// reserved for it, and later callers wait, even for fewer permits. If `count` is above the
    /// limit, it waits until [`set_limit`](Self::set_limit) raises the limit.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{Limiter, asyncify};
    ///
    /// # futures::executor::block_on(async {
    /// // 64 MiB for all files that are being read.
    /// let memory = Limiter::new(64);
    /// let size = asyncify!(std::fs::metadata("Cargo.toml")).await?.len();
    /// let permits = memory.acquire_many(size.div_ceil(1 << 20) as usize).await;
    /// let text = asyncify!({
    ///     let _permits = permits;
    ///     std::fs::read_to_string("Cargo.toml")
    /// })
    /// .await?;
    /// # assert_eq!(memory.available(), 64);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn acquire_many(&self, count: usize) -> Acquire {
        Acquire::new(self.clone(), count)
    }

    /// Takes a permit if one is available, without waiting. A permit that has been granted to a
    /// waiter is not available.
    #[must_use]
    pub fn try_acquire(&self) -> Option<LimiterPermit> {
        self.try_acquire_many(1)
    }

    /// Takes `count` permits if they are available, without waiting.
    #[must_use]
    pub fn try_acquire_many(&self, count: usize) -> Option<LimiterPermit> {
        self.0.try_acquire(count).then(|| LimiterPermit::taken(self.clone(), count))
    }

    /// Changes the limit. Permits may be in use, and callers may be waiting.
    ///
    /// Raising the limit grants the new permits to waiters, the oldest first. Lowering it does not
    /// revoke permits in use; until their number is down to the new limit, released permits are not
    /// granted again.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::Limiter;
    ///
    /// let limiter = Limiter::new(2);
    /// let (first, second) = (limiter.try_acquire(), limiter.try_acquire());
    /// limiter.set_limit(1);
    /// drop(first);
    /// assert!(limiter.try_acquire().is_none());
    /// drop(second);
    /// assert!(limiter.try_acquire().is_some());
    /// ```
    pub fn set_limit(&self, limit: usize) {
        self.0.set_limit(limit);
    }

    /// Returns the limit.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit()
    }

    /// Returns the number of permits that are available. Those that are reserved for a waiter are
    /// not.
    #[must_use]
    pub fn available(&self) -> usize {
        self.0.available()
    }

    /// Returns the number of callers that wait for a permit. A caller that has been granted a
    /// permit does not count, even if its task has not been polled yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Returns all of this at one moment.
    #[must_use]
    pub fn metrics(&self) -> LimiterMetrics {
        self.0.metrics()
    }

    /// Returns a function that reads the metrics, until the last handle is dropped.
    #[cfg(feature = "metrics")]
    pub(crate) fn metrics_reader(
        &self,
    ) -> impl Fn() -> Option<LimiterMetrics> + Send + Sync + use<> {
        let semaphore = Arc::downgrade(&self.0);
        move || Some(semaphore.upgrade()?.metrics())
    }

    pub(super) fn semaphore(&self) -> &Semaphore {
        &self.0
    }
}

/// Two handles are equal if they are handles to the same limit.
impl PartialEq for Limiter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Limiter {}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("limit", &self.limit())
            .field("available", &self.available())
            .field("waiting", &self.waiting())
            .finish()
    }
}
