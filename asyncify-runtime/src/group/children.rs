//! The children of a group: each is polled only after it was woken, so the cost of a wake-up does
//! not depend on their number.
//!
//! # Protocol
//!
//! Each child has a waker of its own, which adds the child's number to the ready queue and wakes
//! the task that polls the group. A number is queued at most once: `queued` is cleared *before* the
//! child is polled, so a wake-up during the poll queues it again, and one before it is covered by
//! the poll. The task's waker is stored under the lock under which the queue was found empty, so a
//! child that is queued later wakes it.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::PoisonError;
// The standard library's, also under loom: `Wake` requires it.
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::child::{Child, Completed};
#[cfg(feature = "metrics")]
use super::metrics::{GroupCounters, Observed};
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::util::{drop_quietly, wake_all};

pub(super) struct Children<T> {
    /// By number.
    slots: BTreeMap<usize, Slot<T>>,
    /// The number of the next child.
    next: usize,
    ready: Arc<ReadyQueue>,
    /// Where they are counted, if the group was added to a registry.
    #[cfg(feature = "metrics")]
    observed: Option<Observed>,
}

struct Slot<T> {
    child: Child<T>,
    signal: Arc<Signal>,
}

impl<T> Children<T> {
    pub(super) fn new() -> Self {
        Self {
            slots: BTreeMap::new(),
            next: 0,
            ready: Arc::default(),
            #[cfg(feature = "metrics")]
            observed: None,
        }
    }

    #[cfg(feature = "metrics")]
    pub(super) fn count_in(&mut self, counters: Arc<GroupCounters>) {
        self.observed = Some(Observed::new(counters, self.len()));
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds a child, to be polled when the group is joined. Returns its number.
    pub(super) fn push(&mut self, child: Child<T>) -> usize {
        let number = self.insert(child);
        self.slots[&number].signal.wake_by_ref();
        number
    }

    /// Adds a child and polls it. Returns its number.
    pub(super) fn push_and_poll(&mut self, child: Child<T>) -> usize {
        let number = self.insert(child);
        if let Some(slot) = self.slots.get_mut(&number) {
            slot.child.poll_and_store(&mut Context::from_waker(&slot.signal.clone().into()));
            if slot.child.is_ended() {
                slot.signal.wake_by_ref();
            }
        }
        number
    }

    fn insert(&mut self, child: Child<T>) -> usize {
        let number = self.next;
        self.next += 1;
        let signal = Signal { number, queued: AtomicBool::new(false), ready: self.ready.clone() };
        self.slots.insert(number, Slot { child, signal: Arc::new(signal) });
        #[cfg(feature = "metrics")]
        if let Some(observed) = &mut self.observed {
            observed.spawned(1);
        }
        number
    }

    /// Cancels a child, which remains to be joined. If there is none, this does nothing.
    pub(super) fn cancel(&mut self, number: usize) {
        if let Some(slot) = self.slots.get_mut(&number) {
            slot.child.cancel();
            slot.signal.wake_by_ref();
        }
    }

    pub(super) fn cancel_all(&mut self) {
        for slot in self.slots.values_mut() {
            slot.child.cancel();
            slot.signal.wake_by_ref();
        }
    }

    /// Removes all children without cancelling them.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Child<T>> + use<T> {
        #[cfg(feature = "metrics")]
        if let Some(observed) = &mut self.observed {
            observed.removed(self.slots.len());
        }
        mem::take(&mut self.slots).into_values().map(|slot| {
            slot.signal.disable();
            slot.child
        })
    }

    /// Polls the children that have been woken, each once, until one of them completes.
    pub(super) fn next_completed(&mut self) -> Option<Completed<T>> {
        let woken = self.ready.lock().woken.len();
        for _ in 0..woken {
            let number = self.ready.lock().woken.pop_front()?;
            // A child that was joined or detached may have been queued before.
            let Some(slot) = self.slots.get_mut(&number) else { continue };
            // Acquire: pairs with the Release in `Signal::wake_by_ref`; the poll sees the writes
            // before the wake-up.
            slot.signal.queued.swap(false, Ordering::Acquire);
            let waker = slot.signal.clone().into();
            if let Poll::Ready(result) = slot.child.poll(&mut Context::from_waker(&waker)) {
                slot.signal.disable();
                self.slots.remove(&number);
                #[cfg(feature = "metrics")]
                if let Some(observed) = &mut self.observed {
                    observed.joined(&result);
                }
                return Some((number, result));
            }
        }
        None
    }

    pub(super) fn poll_next(&mut self, cx: &Context<'_>) -> Poll<Option<Completed<T>>> {
        let joined = self.next_completed();
        if joined.is_some() || self.slots.is_empty() {
            return Poll::Ready(joined);
        }
        if !self.ready.set_task(cx.waker()) {
            // Children were woken during the poll: other tasks run before they are polled again.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<T> Drop for Children<T> {
    fn drop(&mut self) {
        // A child's waker may outlive the group, and does not keep its task.
        let task = self.ready.lock().task.take();
        drop_quietly(task);
    }
}

/// Wakes one child.
struct Signal {
    number: usize,
    /// Whether the number is in the queue, or the child has been removed.
    queued: AtomicBool,
    ready: Arc<ReadyQueue>,
}

impl Signal {
    /// Makes all later wake-ups do nothing.
    fn disable(&self) {
        // Relaxed: a wake-up that misses it queues a number without a child, which is skipped.
        self.queued.store(true, Ordering::Relaxed);
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the Acquire in `Children::next_completed`.
        if !self.queued.swap(true, Ordering::Release) {
            self.ready.push(self.number);
        }
    }
}

/// The numbers of the children that were woken, and the task to wake when there are any.
#[derive(Default)]
struct ReadyQueue(Mutex<Ready>);

#[derive(Default)]
struct Ready {
    woken: VecDeque<usize>,
    /// `None` if the task has been woken since it polled the group.
    task: Option<Waker>,
}

impl ReadyQueue {
    fn push(&self, number: usize) {
        let task = {
            let mut ready = self.lock();
            ready.woken.push_back(number);
            ready.task.take()
        };
        wake_all(task);
    }

    /// Sets the task to wake. Returns `false` if there are woken children.
    #[must_use]
    fn set_task(&self, waker: &Waker) -> bool {
        {
            let ready = self.lock();
            if !ready.woken.is_empty() {
                return false;
            }
            if ready.task.as_ref().is_some_and(|task| task.will_wake(waker)) {
                return true;
            }
        }
        let waker = waker.clone();
        let (is_empty, unused) = {
            let mut ready = self.lock();
            if ready.woken.is_empty() {
                (true, ready.task.replace(waker))
            } else {
                (false, Some(waker))
            }
        };
        drop_quietly(unused);
        is_empty
    }

    fn lock(&self) -> MutexGuard<'_, Ready> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, asyncify_loom))]
mod models {
    use std::future::poll_fn;

    use loom::thread;

    use super::*;
    use crate::util::wait_queue::Event;

    /// Adds a child that completes after `event` has set `flag`.
    fn push(children: &mut Children<usize>, event: &Arc<(Event, AtomicBool)>) {
        let event = event.clone();
        let future = async move {
            event.0.wait_until(|| event.1.load(Ordering::Acquire)).await;
            7
        };
        // First polled by `poll_next`, so that the wake-up may come during that poll.
        children.push(Child::future(Box::pin(future)));
    }

    fn set(event: &(Event, AtomicBool)) {
        event.1.store(true, Ordering::Release);
        event.0.notify_all();
    }

    #[test]
    fn no_wake_up_of_a_child_is_lost() {
        loom::model(|| {
            let mut children = Children::new();
            let events = [(), ()].map(|()| Arc::new((Event::new(), AtomicBool::new(false))));
            events.iter().for_each(|event| push(&mut children, event));
            let [first, second] = events;
            set(&second);
            let thread = thread::spawn(move || set(&first));
            for _ in 0..2 {
                let joined = loom::future::block_on(poll_fn(|cx| children.poll_next(cx)));
                assert!(matches!(joined, Some((_, Ok(7)))));
            }
            assert!(loom::future::block_on(poll_fn(|cx| children.poll_next(cx))).is_none());
            thread.join().unwrap();
        });
    }
}
