//! The public handle.

use std::fmt;
use std::sync::Arc;

use super::semaphore::Semaphore;
use super::{Acquire, LimiterPermit};

/// A limit that calls share: at most so many hold a permit, the others wait without blocking a
/// thread.
///
/// Clones are handles to the same limit. It belongs to no pool, runtime or function: what shares
/// it, in whichever of them, is limited in sum. It can be made before there is any of them.
///
/// # Fairness
///
/// First come, first served, where coming is the first poll of [`acquire`](Self::acquire). A permit
/// that is given back goes to the oldest waiter directly, whether that is awake yet or not: nobody
/// passes the line, [`try_acquire`](Self::try_acquire) included.
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
///     // In the body, the permit stays taken until the body ends, awaited or not.
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
    /// A limiter with `limit` permits.
    ///
    /// With none it is paused: all wait, until [`set_limit`](Self::set_limit) raises it. With
    /// `usize::MAX` it is a limiter that does not limit, until it is lowered.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(limit)))
    }

    /// Waits for a permit.
    ///
    /// The future is `'static`: it holds a handle of its own, and so does the permit.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives its place in the line up; asking again means to queue again. A
    /// permit that was handed to it meanwhile goes to the next one in the line.
    pub fn acquire(&self) -> Acquire {
        Acquire::new(self.clone())
    }

    /// Takes a permit if one is spare. It takes none that is on its way to a waiter.
    #[must_use]
    pub fn try_acquire(&self) -> Option<LimiterPermit> {
        self.0.try_acquire().then(|| LimiterPermit::taken(self.clone()))
    }

    /// Changes the limit, while permits are out and callers wait.
    ///
    /// Raised, it admits as many waiters, the oldest first, as there are permits to spare. Lowered,
    /// it revokes nothing: what is out above the limit stays out, and that many are admitted less
    /// as permits come back.
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

    /// The limit, as it was set last.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit()
    }

    /// How many permits are spare now.
    #[must_use]
    pub fn available(&self) -> usize {
        self.0.spare()
    }

    /// How many callers wait now. One that was handed its permit waits no longer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether both are handles to the same limit.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn semaphore(&self) -> &Semaphore {
        &self.0
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("limit", &self.limit())
            .field("available", &self.available())
            .field("waiting", &self.waiting())
            .finish()
    }
}
