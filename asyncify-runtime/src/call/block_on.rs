//! Blocks a thread on a future: `block_on`, and the bodies of async functions.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crate::pool::{self, Nested};
use crate::task::current;
use crate::util::park;

/// Blocks the current thread on a future, within a blocking body.
///
/// The future is polled on this thread, in the context of the caller's tokio runtime if there is
/// one, so timers, sockets and channels of tokio work. While the thread waits, the pool may start
/// one additional thread, so a body that waits for another call on the same pool cannot deadlock. A
/// [`DedicatedThread`](crate::DedicatedThread), and the thread of a
/// [`scope_thread`](crate::scope_thread), run such a call in place instead.
///
/// In async code, `.await` the future instead. This function works there too, on any runtime, but
/// as all blocking code it stops the other tasks of its thread meanwhile. It never returns if the
/// future waits for one of them, or for something that only this thread drives, such as the timers
/// of a current-thread runtime.
///
/// # Panics
///
/// A panic of the future is propagated.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{asyncify, block_on};
///
/// # futures::executor::block_on(async {
/// let (sender, receiver) = futures::channel::oneshot::channel();
/// let call = asyncify!(|| block_on(receiver)).spawn();
/// sender.send(7).unwrap();
/// assert_eq!(call.await?, Ok(7));
/// # Ok::<(), asyncify_runtime::JoinError>(()) }).unwrap();
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    // The budget of a tokio task is refilled when the task returns, which this one does not.
    #[cfg(feature = "tokio")]
    let future = tokio::task::unconstrained(future);
    // Declared before the future and thus dropped after it: jobs that are left have no waiter.
    let mut nested = Nested::new();
    let mut future = pin!(future);
    let mut compensation = None;
    loop {
        let output = park::block_on(poll_fn(|cx| {
            let poll = nested.poll(|| future.as_mut().poll(cx));
            if poll.is_pending() {
                if pool::run_next() {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                // Run outside the poll, because the job may block on a future itself.
                if let Some(job) = nested.next() {
                    return Poll::Ready(Err(job));
                }
                if compensation.is_none() {
                    compensation = Some(pool::compensate());
                }
            }
            poll.map(Ok)
        }));
        match output {
            Ok(output) => return output,
            Err(job) => nested.run(job),
        }
    }
}

/// Drives the future of an async body. Returns `None` if the task was cancelled; the future is then
/// dropped at its current `.await`.
pub(crate) fn drive<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    block_on(poll_fn(|cx| {
        if current::poll_cancelled(cx.waker()) {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    }))
}
