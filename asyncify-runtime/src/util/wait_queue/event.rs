//! An event that wakes everybody who waits for it.
//!
//! # Protocol
//!
//! A notifier changes what the waiters wait for, *then* notifies. A waiter enters the queue, *then*
//! looks at what it waits for. Both sides have a sequentially consistent fence in between, so at
//! least one of them sees the other: the notifier finds the waiter counted in `waiting`, or the
//! waiter finds the change. So an event that nobody waits for costs its notifier a fence and a load.

use std::fmt;
use std::future::poll_fn;
use std::sync::PoisonError;
use std::task::{Context, Poll};
use std::time::Instant;

use super::{WaitQueue, Waiter, is_notified};
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, fence};
use crate::util::park;
use crate::util::{drop_quietly, wake_all};

/// Wakes everybody who waits for it; remembers nothing.
pub(crate) struct Event {
    /// How many are in the queue; changed under its lock. Relaxed, as the fences order it.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue>,
}

/// The waiters that there were at some moment.
#[derive(Clone, Copy)]
pub(crate) struct Present {
    end: usize,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Notifies all waiters.
    pub(crate) fn notify_all(&self) {
        if let Some(present) = self.present() {
            self.notify(present);
        }
    }

    /// The waiters that there are now, if there are any, to be [notified](Self::notify) later
    /// without those that come in between.
    pub(crate) fn present(&self) -> Option<Present> {
        // Pairs with the fence in `Listener::poll`.
        fence(Ordering::SeqCst);
        // Relaxed: who is not seen here sees what was done before the fence.
        let any = self.waiting.load(Ordering::Relaxed) > 0;
        any.then(|| Present { end: self.lock().end() })
    }

    /// Notifies those waiters, as far as they still wait.
    pub(crate) fn notify(&self, present: Present) {
        let wakers = {
            let mut queue = self.lock();
            let wakers = queue.pop_before(present.end);
            self.count(&queue);
            wakers
        };
        wake_all(wakers);
    }

    /// One who waits for the next notification, from its first poll on.
    pub(crate) fn listener(&self) -> Listener<'_> {
        Listener { event: self, waiter: None }
    }

    /// Waits until `is_done` says so, which is asked at first and after each notification.
    ///
    /// # Cancel safety
    ///
    /// Dropped, nothing has changed.
    pub(crate) async fn wait_until(&self, mut is_done: impl FnMut() -> bool) {
        let mut listener = self.listener();
        poll_fn(|cx| {
            loop {
                // Listening first: a change from here on is notified.
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

    /// [`wait_until`](Self::wait_until) on this thread, which blocks. `false`: the deadline passed.
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
    /// None before the first poll, and after it was seen to be notified.
    waiter: Option<Waiter>,
}

impl Listener<'_> {
    /// The first poll enters the queue, which a later one finds left once it was notified; the next
    /// is then a first one again.
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
            self.waiter = Some(queue.push(waker));
            self.event.count(&queue);
        }
        // Pairs with the fence in `Event::present`.
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
        // Relaxed: a number to look at.
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
    fn those_that_come_between_look_and_notification_are_left_out() {
        let event = Event::new();
        assert!(event.present().is_none());
        let (mut early, mut late) = (event.listener(), event.listener());
        assert!(poll(&mut early).is_pending());
        let present = event.present().expect("one waits");
        assert!(poll(&mut late).is_pending());
        event.notify(present);
        assert!(poll(&mut early).is_ready());
        assert!(poll(&mut late).is_pending());
        event.notify_all();
        assert!(poll(&mut late).is_ready());
        assert!(event.present().is_none());
    }

    #[test]
    fn a_listener_that_leaves_is_not_counted() {
        let event = Event::new();
        let mut listener = event.listener();
        assert!(poll(&mut listener).is_pending());
        drop(listener);
        assert!(event.present().is_none());
    }

    #[test]
    fn a_notification_without_the_change_is_no_end() {
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
