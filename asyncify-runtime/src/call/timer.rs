//! The wait for a time-out, on any executor.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::util::proxy_waker::ProxyWaker;

/// A hundred years, which every system's clock can add: longer than a process lives, and no clock has
/// to be asked for it.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Where the time comes from.
pub(crate) enum Timer {
    /// The caller's tokio runtime, whose test clock then counts.
    #[cfg(feature = "tokio")]
    Tokio(Pin<Box<tokio::time::Sleep>>),
    /// One thread for all timers of the process, which would not survive a waker that panics.
    Thread(futures_timer::Delay, ProxyWaker),
    /// Further away than a clock need tell.
    Never,
}

impl Timer {
    /// A timer that ends `after` from now.
    ///
    /// # Panics
    ///
    /// In a tokio runtime that was built without its time driver (tokio says how to enable it).
    pub(crate) fn new(after: Duration) -> Self {
        if after > LONGEST {
            return Self::Never;
        }
        #[cfg(feature = "tokio")]
        if tokio::runtime::Handle::try_current().is_ok() {
            return Self::Tokio(Box::pin(tokio::time::sleep(after)));
        }
        Self::Thread(futures_timer::Delay::new(after), ProxyWaker::new())
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(sleep) => sleep.as_mut().poll(cx),
            Self::Thread(delay, proxy) => Pin::new(delay).poll(&mut proxy.context(cx)),
            Self::Never => Poll::Pending,
        }
    }
}
