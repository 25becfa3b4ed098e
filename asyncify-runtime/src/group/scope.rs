//! A group that is over when its scope is.

use std::any::Any;
use std::future::poll_fn;
use std::panic;
use std::pin::pin;
use std::task::Poll;

use super::TaskGroup;
use crate::util::catch;

impl<T: Send + 'static> TaskGroup<T> {
    /// Runs `body` with the group, then waits until every child has ended, and only then gives the
    /// body's value.
    ///
    /// So no call outlives the scope, and what the children share can be taken back after it. The
    /// results of children that the body does not join are dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cannot wait: it cancels the children as dropping the group does.
    ///
    /// # Panics
    ///
    /// A panic of the body, or of a child that the body did not join, cancels the children that are
    /// left, and resumes when all have ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use asyncify_runtime::TaskGroup;
    ///
    /// # futures::executor::block_on(async {
    /// let sum = Arc::new(AtomicU32::new(0));
    /// TaskGroup::new()
    ///     .scope(async |group| {
    ///         for k in 1..=10 {
    ///             let sum = sum.clone();
    ///             group.spawn(move || sum.fetch_add(k, Ordering::Relaxed));
    ///         }
    ///     })
    ///     .await;
    /// assert_eq!(Arc::into_inner(sum).unwrap().into_inner(), 55);
    /// # });
    /// ```
    pub async fn scope<R>(mut self, body: impl AsyncFnOnce(&mut Self) -> R) -> R {
        let result = catch_panic(body(&mut self)).await;
        let mut panic = None;
        if result.is_err() {
            self.cancel_all();
        }
        while let Some((_, result)) = self.join_next().await {
            let Some(payload) = result.err().and_then(|error| error.try_into_panic().ok()) else {
                continue;
            };
            if panic.is_none() {
                panic = Some(payload);
                self.cancel_all();
            }
        }
        match (result, panic) {
            (Err(payload), _) | (Ok(_), Some(payload)) => panic::resume_unwind(payload),
            (Ok(value), None) => value,
        }
    }
}

/// Drives `future`, and keeps a panic from going further.
async fn catch_panic<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch(|| future.as_mut().poll(cx)) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}
