//! A future whose polls are watched.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::watch::Watch;

pin_project! {
    /// A future that a [`Watchdog`](super::Watchdog) watches, returned by
    /// [`watch`](super::Watchdog::watch).
    #[must_use = "futures do nothing unless polled"]
    pub struct Watched<F> {
        #[pin]
        future: F,
        watch: Watch,
    }
}

impl<F> Watched<F> {
    pub(super) fn new(future: F, watch: Watch) -> Self {
        Self { future, watch }
    }

    /// Sets the name of the future in reports. Must be called before the first poll.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.watch.set_name(name.into());
        self
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.watch.poll(|| this.future.poll(cx))
    }
}

impl<F> fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
