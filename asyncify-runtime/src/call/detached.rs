//! Lets a future go on without whoever polled it: its own wake-ups poll it from now on.

use std::pin::Pin;
// The standard library's even under loom: `Wake` asks for it.
use std::sync::Arc;
use std::task::{Context, Wake};

use crate::sync::{Mutex, MutexGuard};

type Carried = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls `future` now, and then on whichever thread wakes it.
///
/// For futures that only wait and hand over: they run on threads that expect a wake-up to be
/// short.
pub(crate) fn carry(future: Carried) {
    Arc::new(Carrier { state: Mutex::new(State { future: Some(future), again: false }) }).poll();
}

struct Carrier {
    /// Never held while the future is polled or dropped.
    state: Mutex<State>,
}

struct State {
    /// None while it is polled, and when it is done.
    future: Option<Carried>,
    /// It was woken while it was polled.
    again: bool,
}

impl Carrier {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn poll(self: &Arc<Self>) {
        let mut state = self.lock();
        let Some(mut future) = state.future.take() else {
            state.again = true;
            return;
        };
        drop(state);
        let waker = self.clone().into();
        let mut cx = Context::from_waker(&waker);
        while future.as_mut().poll(&mut cx).is_pending() {
            let mut state = self.lock();
            if !std::mem::take(&mut state.again) {
                state.future = Some(future);
                return;
            }
        }
    }
}

impl Wake for Carrier {
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
    fn a_carried_future_ends_by_its_wake_ups() {
        let (wakers, woken) = mpsc::channel::<Waker>();
        let (done, is_done) = mpsc::channel();
        let mut left = 3;
        let future = poll_fn(move |cx| {
            left -= 1;
            if left == 0 {
                return Poll::Ready(());
            }
            // Once from another place, once while it is polled.
            if left == 1 {
                cx.waker().wake_by_ref();
            } else {
                wakers.send(cx.waker().clone()).unwrap();
            }
            Poll::Pending
        });
        carry(Box::pin(async move {
            future.await;
            done.send(()).unwrap();
        }));
        assert!(is_done.try_recv().is_err());
        woken.recv().unwrap().wake();
        is_done.try_recv().unwrap();
        // The future is freed with its end.
        assert!(woken.recv().is_err());
    }
}
