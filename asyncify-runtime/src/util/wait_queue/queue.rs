//! The wait queue: first in, first out, with removal from the middle.
//!
//! Waiters are numbered, and notified in that order. So a single number determines for every waiter
//! whether it was notified, and a waiter can check this without the lock. The numbers wrap: a
//! waiter that is kept while half of all numbers are notified appears to be waiting, until it is
//! searched for.

use std::collections::VecDeque;
use std::mem;
use std::sync::PoisonError;
use std::task::Waker;

use crate::sync::Mutex;
use crate::util::drop_quietly;

/// The capacity that an empty queue keeps.
const MIN_CAPACITY: usize = 64;

pub(crate) struct WaitQueue {
    /// In the order of their numbers. The first and the last entry are not removed ones.
    entries: VecDeque<Entry>,
    /// The number of entries that were removed.
    removed: usize,
    /// The number of the next waiter.
    next: usize,
}

struct Entry {
    number: usize,
    /// What the waiter waits for, as its owner counts it.
    count: usize,
    /// `None` if the entry was removed.
    waker: Option<Waker>,
}

/// A waiter in a queue, returned by [`WaitQueue::push`]. It must not be used after it was seen to
/// be notified, or after [`WaitQueue::remove`].
pub(crate) struct Waiter(usize);

impl Waiter {
    /// Returns whether the waiter's number is below `end`.
    pub(crate) fn is_before(&self, end: usize) -> bool {
        end.wrapping_sub(self.0).wrapping_sub(1) < usize::MAX / 2
    }
}

/// The state of a waiter.
#[must_use]
enum Status {
    /// The waiter is not in the queue any more.
    Notified,
    /// The waiter is in the queue, with a waker of the same task.
    Waiting,
    /// The waiter is in the queue, with a waker of another task.
    WakerChanged,
}

/// Returns whether a waiter of the queue behind `mutex` was notified. If not, `waker` will be woken
/// by the notification.
#[must_use]
pub(crate) fn is_notified<Q: AsMut<WaitQueue>>(
    mutex: &Mutex<Q>,
    waiter: &Waiter,
    waker: &Waker,
) -> bool {
    let lock = || mutex.lock().unwrap_or_else(PoisonError::into_inner);
    let status = lock().as_mut().status(waiter, waker);
    match status {
        Status::Notified => true,
        Status::Waiting => false,
        Status::WakerChanged => {
            let waker = waker.clone();
            let before = lock().as_mut().set_waker(waiter, waker);
            match before {
                // The new waker: the waiter was notified in the meantime.
                Err(unneeded) => {
                    drop_quietly(unneeded);
                    true
                }
                Ok(before) => {
                    drop_quietly(before);
                    false
                }
            }
        }
    }
}

impl WaitQueue {
    pub(crate) const fn new() -> Self {
        Self { entries: VecDeque::new(), removed: 0, next: 0 }
    }

    /// Returns the number of waiters.
    pub(crate) fn len(&self) -> usize {
        self.entries.len() - self.removed
    }

    /// Returns whether there are no waiters.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the number after that of the last waiter.
    pub(crate) fn end(&self) -> usize {
        self.next
    }

    /// Returns the count of the first waiter.
    pub(crate) fn first(&self) -> Option<usize> {
        self.entries.front().map(|first| first.count)
    }

    /// Adds a waiter at the end of the queue, which waits for `count` of something.
    pub(crate) fn push(&mut self, waker: Waker, count: usize) -> Waiter {
        let number = self.next;
        self.entries.push_back(Entry { number, count, waker: Some(waker) });
        self.next = number.wrapping_add(1);
        Waiter(number)
    }

    /// Notifies the first waiter: removes it and returns its waker, which the caller wakes, with
    /// its count and the number below which all waiters have been notified or removed.
    pub(crate) fn pop(&mut self) -> Option<(usize, usize, Waker)> {
        let first = self.entries.pop_front()?;
        self.compact();
        Some((first.number.wrapping_add(1), first.count, first.waker?))
    }

    /// Notifies all waiters with a number below `end`, and returns their wakers.
    pub(crate) fn pop_before(&mut self, end: usize) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while self.entries.front().is_some_and(|entry| Waiter(entry.number).is_before(end)) {
            wakers.extend(self.pop().map(|(_, _, waker)| waker));
        }
        wakers
    }

    fn status(&self, waiter: &Waiter, waker: &Waker) -> Status {
        let entry = self.find(waiter).map(|position| &self.entries[position]);
        match entry.and_then(|entry| entry.waker.as_ref()) {
            None => Status::Notified,
            Some(current) if current.will_wake(waker) => Status::Waiting,
            Some(_) => Status::WakerChanged,
        }
    }

    /// Replaces the waker of a waiter. Returns the new waker as an error if the waiter was
    /// notified.
    fn set_waker(&mut self, waiter: &Waiter, waker: Waker) -> Result<Waker, Waker> {
        let entry = self.find(waiter).map(|position| &mut self.entries[position]);
        match entry.and_then(|entry| entry.waker.as_mut()) {
            None => Err(waker),
            Some(current) => Ok(mem::replace(current, waker)),
        }
    }

    /// Removes a waiter. Returns its waker unless it was notified.
    pub(crate) fn remove(&mut self, waiter: &Waiter) -> Option<Waker> {
        let position = self.find(waiter)?;
        let waker = self.entries[position].waker.take();
        self.removed += 1;
        self.compact();
        waker
    }

    fn find(&self, waiter: &Waiter) -> Option<usize> {
        let first = self.entries.front()?.number;
        let behind = |number: usize| number.wrapping_sub(first);
        self.entries.binary_search_by_key(&behind(waiter.0), |entry| behind(entry.number)).ok()
    }

    /// Drops the removed entries at both ends, and all of them when they outnumber the waiters.
    /// This takes amortized constant time for each removal.
    fn compact(&mut self) {
        let is_removed = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.waker.is_none());
        while is_removed(self.entries.front()) {
            self.entries.pop_front();
            self.removed -= 1;
        }
        while is_removed(self.entries.back()) {
            self.entries.pop_back();
            self.removed -= 1;
        }
        if self.removed > self.len() {
            self.entries.retain(|entry| entry.waker.is_some());
            self.removed = 0;
        }
        if self.entries.is_empty() {
            // Do not keep the memory of many waiters.
            self.entries.shrink_to(MIN_CAPACITY);
        }
    }
}

impl AsMut<Self> for WaitQueue {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    fn push(queue: &mut WaitQueue) -> Waiter {
        queue.push(Waker::noop().clone(), 1)
    }

    fn has_been_notified(queue: &WaitQueue, waiter: &Waiter) -> bool {
        matches!(queue.status(waiter, Waker::noop()), Status::Notified)
    }

    /// \[trio `test_CapacityLimiter_memleak_548`]
    #[test]
    fn a_removed_waiter_leaves_no_entry_behind() {
        let mut queue = WaitQueue::new();
        // Removes waiters in the middle, where a queue that drops removed entries only at its ends
        // would grow.
        let _stays = push(&mut queue);
        let mut last = push(&mut queue);
        for _ in 0..1000 {
            let removed = mem::replace(&mut last, push(&mut queue));
            assert!(queue.remove(&removed).is_some());
        }
        assert_eq!(queue.len(), 2);
        assert!(queue.entries.len() <= 4);
    }

    #[test]
    fn the_memory_of_many_waiters_is_freed() {
        let mut queue = WaitQueue::new();
        let many = if cfg!(miri) { 100 } else { 1_000 };
        let waiters: Vec<_> = (0..many).map(|_| push(&mut queue)).collect();
        while queue.pop().is_some() {}
        assert!(waiters.into_iter().all(|waiter| queue.remove(&waiter).is_none()));
        assert!(queue.is_empty());
        assert!(queue.entries.capacity() <= 2 * MIN_CAPACITY);
    }

    #[test]
    fn a_removal_keeps_the_order_of_the_rest() {
        // Each of four waiters is removed; the others are notified in order, also when the numbers
        // wrap.
        for (removed, first) in (0..4).flat_map(|removed| [(removed, 0), (removed, usize::MAX - 1)])
        {
            let mut queue = WaitQueue { next: first, ..WaitQueue::new() };
            let mut waiters: Vec<_> = (0..4).map(|_| push(&mut queue)).collect();
            assert!(queue.remove(&waiters.remove(removed)).is_some());
            for notified in 1..=3 {
                let (end, _, _waker) = queue.pop().expect("there is a waiter");
                for (position, waiter) in waiters.iter().enumerate() {
                    assert_eq!(has_been_notified(&queue, waiter), position < notified);
                    assert_eq!(waiter.is_before(end), position < notified);
                }
            }
            assert!(queue.pop().is_none());
        }
    }

    #[test]
    fn later_waiters_are_not_notified_with_earlier_ones() {
        for first in [0, usize::MAX - 1] {
            let mut queue = WaitQueue { next: first, ..WaitQueue::new() };
            let early: Vec<_> = (0..3).map(|_| push(&mut queue)).collect();
            let end = queue.end();
            let late = push(&mut queue);
            queue.remove(&early[1]);
            assert_eq!(queue.pop_before(end).len(), 2);
            assert!(early.iter().all(|waiter| has_been_notified(&queue, waiter)));
            assert!(!has_been_notified(&queue, &late));
            assert!(queue.pop_before(end).is_empty());
        }
    }

    #[test]
    fn a_notified_waiter_is_recognized_after_the_numbers_wrapped() {
        let mut queue = WaitQueue::new();
        let kept = push(&mut queue);
        let (end, _, _waker) = queue.pop().expect("there is a waiter");
        assert!(kept.is_before(end));
        queue.next = usize::MAX / 2 + 2;
        let _later = [push(&mut queue), push(&mut queue)];
        let (end, _, _waker) = queue.pop().expect("there is a waiter");
        assert!(!kept.is_before(end));
        assert!(has_been_notified(&queue, &kept));
    }
}
