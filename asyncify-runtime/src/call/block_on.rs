//! Drives a future on the thread that it blocks: `block_on`, and the bodies of async functions.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crate::pool::{self, Nested};
use crate::task::current;
use crate::util::park;

/// Waits in a blocking body for a future.
///
/// The future is driven on this thread, on the tokio runtime of the call's caller where there is
/// one: its timers, sockets and channels work. While it waits, the pool may have one thread more,
/// so a body that waits for another call on the same pool cannot lock it up. A
/// [`DedicatedThread`](crate::DedicatedThread), and the thread of a
/// [`scope_thread`](crate::scope_thread), runs such a call itself, in place.
///
/// # Panics
///
/// On a thread of a tokio runtime, which must not block: `.await` the future there. A panic of the
/// future goes on.
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
    // Before the future, which is dropped before it: what is left there was not wanted.
    let mut nested = Nested::new();
    let mut future = pin!(future);
    let mut compensation = None;
    loop {
        let output = wait_for(poll_fn(|cx| {
            let poll = nested.poll(|| future.as_mut().poll(cx));
            if poll.is_pending() {
                // Not within the poll, in which it could not wait for a future itself.
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

/// Drives the future of an async body. `None`: its task was cancelled; the future is dropped at
/// the await where it stood.
pub(crate) fn drive<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    block_on(poll_fn(|cx| {
        if current::poll_cancelled(cx.waker()) {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    }))
}

#[cfg(feature = "tokio")]
fn wait_for<F: Future>(future: F) -> F::Output {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.block_on(future),
        Err(_) => park::block_on(future),
    }
}

#[cfg(not(feature = "tokio"))]
fn wait_for<F: Future>(future: F) -> F::Output {
    park::block_on(future)
}
