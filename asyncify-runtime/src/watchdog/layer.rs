//! Watches each request of a `tower` service.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::handle::Watchdog;
use super::watch::Watch;
use super::watched::Watched;

impl Watchdog {
    /// A `tower` layer that watches each request: the call of the service, and the polls of its
    /// response's future.
    ///
    /// Reports give the place of this call, and the name of [`WatchdogLayer::named`].
    #[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
    #[track_caller]
    pub fn layer(&self) -> WatchdogLayer {
        let label = Label { watchdog: self.clone(), name: None, location: Location::caller() };
        WatchdogLayer { label }
    }
}

/// Makes a service a watched one; [`Watchdog::layer`] gives it.
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing by itself"]
pub struct WatchdogLayer {
    label: Label,
}

/// What all requests under a layer have in common.
#[derive(Clone, Debug)]
struct Label {
    watchdog: Watchdog,
    name: Option<Cow<'static, str>>,
    location: &'static Location<'static>,
}

impl WatchdogLayer {
    /// Gives the requests a name for reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.name = Some(name.into());
        self
    }
}

impl<S> Layer<S> for WatchdogLayer {
    type Service = WatchdogService<S>;

    fn layer(&self, inner: S) -> WatchdogService<S> {
        WatchdogService { inner, label: self.label.clone() }
    }
}

/// A service whose requests are watched; [`WatchdogLayer`] makes it.
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
#[derive(Clone)]
pub struct WatchdogService<S> {
    inner: S,
    label: Label,
}

impl<R, S: Service<R>> Service<R> for WatchdogService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = Watched<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Watched<S::Future> {
        let Label { watchdog, name, location } = &self.label;
        let mut watch = Watch::new(Arc::clone(&watchdog.config), name.clone(), location);
        // What a service does before it gives a future runs in a poll, too.
        let future = watch.during(|| self.inner.call(request));
        Watched::new(future, watch)
    }
}

impl<S: fmt::Debug> fmt::Debug for WatchdogService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchdogService").field("inner", &self.inner).finish_non_exhaustive()
    }
}
