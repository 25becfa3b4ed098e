//! A `tower` layer that watches requests.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::handle::Watchdog;
use super::watch::Watch;
use super::watched::Watched;

impl Watchdog {
    /// Returns a `tower` layer that watches each request: the service's `call`, and the polls of
    /// the response future.
    ///
    /// Reports contain the location of this call, and the name that was set with
    /// [`WatchdogLayer::named`].
    #[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
    #[track_caller]
    pub fn layer(&self) -> WatchdogLayer {
        WatchdogLayer { watchdog: self.clone(), name: None, location: Location::caller() }
    }
}

/// A layer that watches the requests of a service, returned by [`Watchdog::layer`].
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing by itself"]
pub struct WatchdogLayer {
    watchdog: Watchdog,
    name: Option<Cow<'static, str>>,
    location: &'static Location<'static>,
}

impl WatchdogLayer {
    /// Sets the name of the requests in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl<S> Layer<S> for WatchdogLayer {
    type Service = WatchdogService<S>;

    fn layer(&self, inner: S) -> WatchdogService<S> {
        WatchdogService { inner, layer: self.clone() }
    }
}

/// A service whose requests are watched, made by [`WatchdogLayer`].
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
#[derive(Clone, Debug)]
pub struct WatchdogService<S> {
    inner: S,
    layer: WatchdogLayer,
}

impl<R, S: Service<R>> Service<R> for WatchdogService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = Watched<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Watched<S::Future> {
        let WatchdogLayer { watchdog, name, location } = &self.layer;
        let mut watch = Watch::new(Arc::clone(&watchdog.config), name.clone(), location);
        // The service runs within a poll before it returns its future.
        let future = watch.poll(|| self.inner.call(request));
        Watched::new(future, watch)
    }
}
