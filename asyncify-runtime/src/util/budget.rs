//! A cooperative budget: how many results a thread takes in a row before other tasks get a turn.
//!
//! A task that takes results which are ready never waits, so its runtime cannot switch to another
//! task. After [`LIMIT`] results it therefore wakes itself and returns pending once. A poll with a
//! waker that does nothing, such as that of `now_or_never`, is not repeated, and always gets its
//! result.

use std::cell::Cell;
use std::task::{Context, Poll, Waker};

/// The number of results after which other tasks get a turn, as in tokio.
pub(crate) const LIMIT: u8 = 128;

#[cfg(not(all(test, asyncify_loom)))]
std::thread_local! {
    static IN_A_ROW: Cell<u8> = const { Cell::new(0) };
}
#[cfg(all(test, asyncify_loom))]
loom::thread_local! {
    static IN_A_ROW: Cell<u8> = Cell::new(0);
}

/// Polls for a result, unless the budget of this thread is used up.
pub(crate) fn poll<R>(
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<R>,
) -> Poll<R> {
    let in_a_row = IN_A_ROW.with(Cell::get);
    if in_a_row >= LIMIT && !is_noop(cx.waker()) {
        IN_A_ROW.with(|count| count.set(0));
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    let result = poll(cx);
    // A wait gives other tasks a turn.
    IN_A_ROW
        .with(|count| count.set(if result.is_ready() { in_a_row.saturating_add(1) } else { 0 }));
    result
}

/// Whether the waker has no data, as those of `std` and `futures` that do nothing.
pub(crate) fn is_noop(waker: &Waker) -> bool {
    waker.data().is_null()
}
