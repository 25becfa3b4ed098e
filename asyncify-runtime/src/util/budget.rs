//! A budget of results that a task receives without waiting.
//!
//! A task that finds every result ready never returns to its runtime, and other tasks do not run.
//! So each thread counts such results, and after [`BUDGET`] of them the task wakes itself and
//! returns pending once. This needs no help of the runtime: a task that returned to it in the
//! meantime by other means only does so once more.

use std::cell::Cell;
use std::task::{Context, Poll};

/// That of tokio.
const BUDGET: u8 = 128;

thread_local! {
    static READY: Cell<u8> = const { Cell::new(0) };
}

/// Polls by `f` within the budget.
pub(crate) fn poll<T>(
    cx: &mut Context<'_>,
    f: impl FnOnce(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    // A thread whose locals are being destroyed has no other tasks.
    let ready = READY.try_with(Cell::get).unwrap_or(0);
    let polled = if ready < BUDGET {
        f(cx)
    } else {
        cx.waker().wake_by_ref();
        Poll::Pending
    };
    let ready = if polled.is_ready() { ready + 1 } else { 0 };
    let _ = READY.try_with(|cell| cell.set(ready));
    polled
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;
    use crate::util::test_util::WakeCounter;

    #[test]
    fn a_poll_is_pending_only_after_many_that_were_ready_in_a_row() {
        let wakes = WakeCounter::default();
        let waker = wakes.waker();
        let mut cx = Context::from_waker(&waker);
        let mut ready =
            |times: u8| (0..times).all(|_| poll(&mut cx, |_| Poll::Ready(())).is_ready());
        assert!(ready(BUDGET));
        assert!(!ready(1));
        assert!(ready(BUDGET - 1));
        assert!(poll(&mut cx, |_| Poll::<()>::Pending).is_pending());
        assert!((0..BUDGET).all(|_| poll(&mut cx, |_| Poll::Ready(())).is_ready()));
        assert_eq!(wakes.count(), 1);
    }
}
