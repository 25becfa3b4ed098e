//! Futures that use tokio, polled and dropped anywhere.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncify_runtime::remote::BoxFuture;
use tokio::runtime::Handle;

/// Enters the runtime of the connection for each poll, and for the drop.
pub(crate) struct InRuntime<'a, T> {
    runtime: Handle,
    /// `None` in the drop.
    future: Option<BoxFuture<'a, T>>,
}

/// Boxes a future that uses the runtime.
pub(crate) fn in_runtime<'a, T: 'a>(
    runtime: &Handle,
    future: impl Future<Output = T> + Send + 'a,
) -> BoxFuture<'a, T> {
    Box::pin(InRuntime { runtime: runtime.clone(), future: Some(Box::pin(future)) })
}

impl<T> Future for InRuntime<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let _entered = this.runtime.enter();
        match &mut this.future {
            Some(future) => future.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for InRuntime<'_, T> {
    fn drop(&mut self) {
        let _entered = self.runtime.enter();
        self.future = None;
    }
}
