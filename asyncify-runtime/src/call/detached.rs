//! Polls a future to completion without a task: each wake-up polls it.

use std::pin::Pin;
// The standard library's, also under loom: `Wake` requires it.
use std::sync::Arc;
use std::task::{Context, Wake};

use crate::sync::{Mutex, MutexGuard};

type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls `future` now, and then on each thread that wakes it, until it completes.
///
/// For futures that only wait and then submit a job: the polls run on the waking threads, which
/// expect a wake-up to be short.
pub(crate) fn poll_detached(future: BoxFuture) {
    Arc::new(DetachedFuture { state: Mutex::new(State { future: Some(future), woken: false }) })
        .poll();
}

struct DetachedFuture {
    /// Never held while the future is polled or dropped.
    state: Mutex<State>,
}

struct State {
    /// `None` while the future is polled, and when it is complete.
    future: Option<BoxFuture>,
    /// The future was woken while it was polled.
    woken: bool,
}

impl DetachedFuture {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn poll(self: &Arc<Self>) {
        let mut state = self.lock();
        let Some(mut future) = state.future.take() else {
            state.woken = true;
            return;
        };
        drop(state);
        let waker = self.clone().into();
        let mut cx = Context::from_waker(&waker);
        while future.as_mut().poll(&mut cx).is_pending() {
            let mut state = self.lock();
            if !std::mem::take(&mut state.woken) {
                state.future = Some(future);
                return;
            }
        }
    }
}

impl Wake for DetachedFuture {
    fn wake(self: Arc<Self>) {
        self.poll();
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use std::future::poll_fn;
    use std::sync::mpsc;
    use std::task::{Poll, Waker};

    use super::*;

    #[test]
    fn a_detached_future_is_completed_by_its_wake_ups() {
        let (wakers, woken) = mpsc::channel::<Waker>();
        let (done, is_done) = mpsc::channel();
        let mut left = 3;
        let future = poll_fn(move |cx| {
            left -= 1;
            if left == 0 {
                return Poll::Ready(());
            }
            // One wake-up comes after the poll, one during the poll.
            if left == 1 {
                cx.waker().wake_by_ref();
            } else {
                wakers.send(cx.waker().clone()).unwrap();
            }
            Poll::Pending
        });
        poll_detached(Box::pin(async move {
            future.await;
            done.send(()).unwrap();
        }));
        assert!(is_done.try_recv().is_err());
        woken.recv().unwrap().wake();
        is_done.try_recv().unwrap();
        // The future is dropped when it completes.
        assert!(woken.recv().is_err());
    }
}
