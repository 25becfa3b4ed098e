//! Blocks a thread on a future: polls it, and parks the thread between the polls.

use std::pin::pin;
// The standard library's, also under loom: `Wake` requires it.
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::Instant;

use crate::sync::{AtomicBool, Ordering};

/// Blocks this thread until `future` completes.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    block_on_until(future, None).expect("there is no deadline")
}

/// Blocks this thread until `future` completes. Returns `None` if `deadline` passes first.
pub(crate) fn block_on_until<F: Future>(future: F, deadline: Option<Instant>) -> Option<F::Output> {
    let mut future = pin!(future);
    let parker = Arc::new(Parker { thread: thread::current(), notified: AtomicBool::new(false) });
    let waker = parker.clone().into();
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        if !parker.park(deadline) {
            return None;
        }
    }
}

/// Unparks a thread. The flag tells its wake-ups from other uses of `thread::park` on the thread.
struct Parker {
    thread: Thread,
    notified: AtomicBool,
}

impl Parker {
    /// Parks until woken. Returns `false` if the deadline passes first.
    fn park(&self, deadline: Option<Instant>) -> bool {
        // Acquire: pairs with the Release in `wake_by_ref`; the poll sees the writes before the
        // wake-up.
        while !self.notified.swap(false, Ordering::Acquire) {
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(left) if left.is_zero() => return false,
                Some(left) => thread::park_timeout(left),
            }
        }
        true
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the Acquire in `park`.
        self.notified.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
