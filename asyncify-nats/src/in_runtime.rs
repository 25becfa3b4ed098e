//! Futures that use tokio, polled and dropped anywhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncify_runtime::Error;
use asyncify_runtime::remote::BoxFuture;

use crate::link::{Link, closed};

/// Enters the runtime of the connection for each poll, and for the drop.
///
/// When that runtime has ended, or ends, the future fails: tokio's timers would panic.
struct InRuntime<'a, T> {
    link: Arc<Link>,
    /// `None` when it has ended.
    future: Option<BoxFuture<'a, Result<T, Error>>>,
}

/// Boxes a future that uses the runtime.
pub(crate) fn in_runtime<'a, T: 'a>(
    link: &Arc<Link>,
    future: impl Future<Output = Result<T, Error>> + Send + 'a,
) -> BoxFuture<'a, Result<T, Error>> {
    Box::pin(InRuntime { link: link.clone(), future: Some(Box::pin(future)) })
}

impl<T> Future for InRuntime<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let _entered = this.link.runtime.enter();
        // The other end is owned by a task of the runtime.
        if this.link.connections.has_changed().is_err() {
            this.future = None;
        }
        match &mut this.future {
            Some(future) => future.as_mut().poll(cx),
            None => Poll::Ready(Err(closed())),
        }
    }
}

impl<T> Drop for InRuntime<'_, T> {
    fn drop(&mut self) {
        let _entered = self.link.runtime.enter();
        self.future = None;
    }
}
