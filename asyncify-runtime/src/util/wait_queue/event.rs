//! An event that wakes all of its waiters.
//!
//! # Protocol
//!
//! A notifier changes the condition, *then* notifies. A waiter enters the queue, *then* checks the
//! condition. Both sides have a sequentially consistent fence in between, so at least one of them
//! sees the other: the notifier finds the waiter counted in `waiting`, or the waiter finds the
//! change. So a notification of an event without waiters costs a fence and a load.

use std::fmt;
use std::future::poll_fn;
use std::sync::PoisonError;
use std::task::{Context, Poll};
use std::time::Instant;

use super::{WaitQueue, Waiter, is_notified};
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, fence};
use crate::util::park;
use crate::util::{drop_quietly, wake_all};

/// Wakes all of its waiters. A notification is not stored for later ones.
pub(crate) struct Event {
    /// The number of waiters in the queue; changed under its lock. Relaxed, because the fences
    /// order it.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue>,
}

/// The waiters at some moment.
#[derive(Clone, Copy)]
pub(crate) struct Waiters {
    end: usize,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Notifies all waiters.
    pub(crate) fn notify_all(&self) {
        if let Some(waiters) = self.waiters() {
            self.notify(waiters);
        }
    }

    /// Returns the current waiters, if there are any, which can be [notified](Self::notify) later
    /// without those that are added in between.
    pub(crate) fn waiters(&self) -> Option<Waiters> {
        // Pairs with the fence in `Listener::poll`.
        fence(Ordering::SeqCst);
        // Relaxed: a waiter that is not seen here sees the writes before the fence.
        let any = self.waiting.load(Ordering::Relaxed) > 0;
        any.then(|| Waiters { end: self.lock().end() })
    }

    /// Notifies those of `waiters` that are still waiting.
    pub(crate) fn notify(&self, waiters: Waiters) {
        let wakers = {
            let mut queue = self.lock();
            let wakers = queue.pop_before(waiters.end);
            self.count(&queue);
            wakers
        };
        wake_all(wakers);
    }

    /// Returns a listener, which waits for the next notification after its first poll.
    pub(crate) fn listener(&self) -> Listener<'_> {
        Listener { event: self, waiter: None }
    }

    /// Waits until `is_done` returns `true`. It is called at the start and after each notification.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub(crate) async fn wait_until(&self, mut is_done: impl FnMut() -> bool) {
        let mut listener = self.listener();
        poll_fn(|cx| {
            loop {
                // Listen first: changes from here on lead to a notification.
                let notified = listener.poll(cx).is_ready();
                if is_done() {
                    return Poll::Ready(());
                }
                if !notified {
                    return Poll::Pending;
                }
            }
        })
        .await;
    }

    /// Blocks this thread as [`wait_until`](Self::wait_until) does. Returns `false` if the deadline
    /// passes first.
    pub(crate) fn block_until(
        &self,
        is_done: impl FnMut() -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        park::block_on_until(self.wait_until(is_done), deadline).is_some()
    }

    fn count(&self, queue: &WaitQueue) {
        self.waiting.store(queue.len(), Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, WaitQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a notification of an [`Event`].
pub(crate) struct Listener<'a> {
    event: &'a Event,
    /// `None` before the first poll, and after each notification that was seen.
    waiter: Option<Waiter>,
}

impl Listener<'_> {
    /// Polls for a notification. The first poll enters the queue, and so does the first poll after
    /// a notification.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(waiter) = &self.waiter {
            if !is_notified(&self.event.queue, waiter, cx.waker()) {
                return Poll::Pending;
            }
            self.waiter = None;
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        {
            let mut queue = self.event.lock();
            self.waiter = Some(queue.push(waker, 1));
            self.event.count(&queue);
        }
        // Pairs with the fence in `Event::waiters`.
        fence(Ordering::SeqCst);
        Poll::Pending
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let Some(waiter) = &self.waiter else { return };
        let waker = {
            let mut queue = self.event.lock();
            let waker = queue.remove(waiter);
            self.event.count(&queue);
            waker
        };
        drop_quietly(waker);
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Relaxed: for information only.
        let waiting = self.waiting.load(Ordering::Relaxed);
        f.debug_struct("Event").field("waiting", &waiting).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use std::pin::pin;
    use std::task::Waker;
    use std::time::Duration;

    use super::*;
    use crate::sync::AtomicBool;

    fn poll(listener: &mut Listener<'_>) -> Poll<()> {
        listener.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn notify_leaves_out_later_waiters() {
        let event = Event::new();
        assert!(event.waiters().is_none());
        let (mut early, mut late) = (event.listener(), event.listener());
        assert!(poll(&mut early).is_pending());
        let waiters = event.waiters().expect("there is a waiter");
        assert!(poll(&mut late).is_pending());
        event.notify(waiters);
        assert!(poll(&mut early).is_ready());
        assert!(poll(&mut late).is_pending());
        event.notify_all();
        assert!(poll(&mut late).is_ready());
        assert!(event.waiters().is_none());
    }

    #[test]
    fn a_dropped_listener_is_not_counted() {
        let event = Event::new();
        let mut listener = event.listener();
        assert!(poll(&mut listener).is_pending());
        drop(listener);
        assert!(event.waiters().is_none());
    }

    #[test]
    fn a_notification_without_the_change_does_not_end_the_wait() {
        let (event, done) = (Event::new(), AtomicBool::new(false));
        let mut wait = pin!(event.wait_until(|| done.load(Ordering::Relaxed)));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(wait.as_mut().poll(&mut cx).is_pending());
        event.notify_all();
        assert!(wait.as_mut().poll(&mut cx).is_pending());
        done.store(true, Ordering::Relaxed);
        event.notify_all();
        assert!(wait.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn a_thread_waits_for_the_change_or_the_deadline() {
        let (event, done) = (Event::new(), AtomicBool::new(false));
        assert!(!event.block_until(|| false, Some(Instant::now() + Duration::from_millis(1))));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                done.store(true, Ordering::Relaxed);
                event.notify_all();
            });
            assert!(event.block_until(|| done.load(Ordering::Relaxed), None));
        });
    }
}
