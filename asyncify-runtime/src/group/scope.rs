//! A scope that waits for all children of its group.

use std::any::Any;
use std::future::poll_fn;
use std::panic;
use std::pin::pin;
use std::task::Poll;

use super::TaskGroup;
use crate::util::{catch, drop_quietly};

impl<T: Send + 'static> TaskGroup<T> {
    /// Runs `body` with the group, waits until all children have ended, and then returns the value
    /// of the body.
    ///
    /// No call outlives the scope, so data that the children share can be reclaimed afterwards. The
    /// results of children that the body does not join are dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not wait. It cancels the children, as dropping the group does.
    ///
    /// # Panics
    ///
    /// If the body panics, or a child that the body has not joined, the remaining children are
    /// cancelled, and the panic is resumed when all of them have ended. The same holds for a panic
    /// in a destructor of the body, or of a result that the body has not joined.
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
        let (result, mut panic) = catch_panics(body(&mut self)).await;
        if result.is_none() || panic.is_some() {
            self.cancel_all();
        }
        while let Some((_, joined)) = self.join_next().await {
            let payload = match joined {
                Ok(value) => catch(|| drop(value)).err(),
                Err(error) => error.try_into_panic().ok(),
            };
            if panic.is_some() {
                drop_quietly(payload);
            } else if payload.is_some() {
                panic = payload;
                self.cancel_all();
            }
        }
        match (result, panic) {
            (Some(value), None) => value,
            (value, Some(payload)) => {
                drop_quietly(value);
                panic::resume_unwind(payload)
            }
            (None, None) => unreachable!("the body ended by a value or a panic"),
        }
    }
}

/// Polls `future` to completion and drops it. Returns its value, and the first panic of either
/// step.
async fn catch_panics<F: Future>(future: F) -> (Option<F::Output>, Option<Box<dyn Any + Send>>) {
    let mut future = pin!(Some(future));
    let result = poll_fn(|cx| {
        let Some(future) = future.as_mut().as_pin_mut() else { unreachable!("dropped below") };
        match catch(|| future.poll(cx)) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    })
    .await;
    let dropped = catch(|| future.set(None)).err();
    match result {
        Ok(value) => (Some(value), dropped),
        Err(payload) => {
            drop_quietly(dropped);
            (None, Some(payload))
        }
    }
}
