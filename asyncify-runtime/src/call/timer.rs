//! A timer for timeouts, on any async executor.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::util::proxy_waker::ProxyWaker;

#[cfg(feature = "tokio")]
mod tokio_clock;

/// The longest timeout that uses a clock: a hundred years. Every system's clock can represent it,
/// and no process lives longer.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A timer, and its source of time.
pub(crate) enum Timer {
    /// The caller's tokio runtime, so that tokio's paused clock applies.
    #[cfg(feature = "tokio")]
    Tokio(Pin<Box<tokio::time::Sleep>>),
    /// The timer thread of the process. A waker that panics would end it, hence the proxy.
    Thread(Box<(futures_timer::Delay, ProxyWaker)>),
    /// A timeout longer than [`LONGEST`].
    Never,
}

impl Timer {
    /// Creates a timer that completes after `after`.
    pub(crate) fn new(after: Duration) -> Self {
        if after > LONGEST {
            return Self::Never;
        }
        #[cfg(feature = "tokio")]
        if let Some(sleep) = tokio_clock::sleep(after) {
            return Self::Tokio(sleep);
        }
        Self::Thread(Box::new((futures_timer::Delay::new(after), ProxyWaker::new())))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(sleep) => sleep.as_mut().poll(cx),
            Self::Thread(timer) => {
                let (delay, proxy) = &mut **timer;
                Pin::new(delay).poll(&mut proxy.context(cx))
            }
            Self::Never => Poll::Pending,
        }
    }
}
