//! The queue: first in, first out, and out of the middle at any time.
//!
//! Waiters are numbered, and notified in that order. So one number tells of every waiter whether it
//! was notified, and a waiter need not take the lock to learn it. The numbers wrap: a waiter that
//! is kept while half of them are notified looks like one that waits, until it is looked for.

use std::collections::VecDeque;
use std::mem;
use std::sync::PoisonError;
use std::task::Waker;

use crate::sync::Mutex;
use crate::util::drop_quietly;

/// How many entries an empty queue keeps memory for.
const KEPT: usize = 64;

pub(crate) struct WaitQueue {
    /// In the order of their numbers. The first and the last one wait.
    entries: VecDeque<Entry>,
    /// The entries among them that were removed.
    removed: usize,
    /// The number of the next waiter.
    next: usize,
}

struct Entry {
    number: usize,
    /// None: it was removed.
    waker: Option<Waker>,
}

/// A waiter in a queue, from [`WaitQueue::push`]; of no use once it was seen to be notified, or
/// after [`WaitQueue::remove`].
pub(crate) struct Waiter(usize);

impl Waiter {
    /// Whether it is among the waiters before number `end`.
    pub(crate) fn is_before(&self, end: usize) -> bool {
        end.wrapping_sub(self.0).wrapping_sub(1) < usize::MAX / 2
    }
}

/// What became of a waiter.
#[must_use]
enum Status {
    /// It is in the queue no longer.
    Notified,
    /// It waits, with a waker that wakes the same task.
    Waiting,
    /// It waits, with a waker that wakes another task.
    WakerChanged,
}

/// Whether a waiter of the queue behind `mutex` was notified. If it was not, `waker` is woken once
/// it is.
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
                // The new one: its waiter was notified meanwhile.
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

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.entries.len() - self.removed
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number before which all waiters are that there are now.
    pub(crate) fn end(&self) -> usize {
        self.next
    }

    /// Adds a waiter behind all others.
    pub(crate) fn push(&mut self, waker: Waker) -> Waiter {
        let number = self.next;
        self.entries.push_back(Entry { number, waker: Some(waker) });
        self.next = number.wrapping_add(1);
        Waiter(number)
    }

    /// Notifies the first one, which is to be woken. With its waker comes the number before which
    /// all waiters have now been notified or removed.
    pub(crate) fn pop(&mut self) -> Option<(usize, Waker)> {
        let first = self.entries.pop_front()?;
        self.tidy();
        Some((first.number.wrapping_add(1), first.waker?))
    }

    /// Notifies all waiters before number `end`, which are to be woken.
    pub(crate) fn pop_before(&mut self, end: usize) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while self.entries.front().is_some_and(|entry| Waiter(entry.number).is_before(end)) {
            wakers.extend(self.pop().map(|(_, waker)| waker));
        }
        wakers
    }

    fn status(&self, waiter: &Waiter, waker: &Waker) -> Status {
        let entry = self.find(waiter).map(|position| &self.entries[position]);
        match entry.and_then(|entry| entry.waker.as_ref()) {
            None => Status::Notified,
            Some(kept) if kept.will_wake(waker) => Status::Waiting,
            Some(_) => Status::WakerChanged,
        }
    }

    /// Exchanges the waker of a waiter for another, which is given back if the waiter was notified.
    fn set_waker(&mut self, waiter: &Waiter, waker: Waker) -> Result<Waker, Waker> {
        let entry = self.find(waiter).map(|position| &mut self.entries[position]);
        match entry.and_then(|entry| entry.waker.as_mut()) {
            None => Err(waker),
            Some(kept) => Ok(mem::replace(kept, waker)),
        }
    }

    /// Takes a waiter out. Gives the waker of one that was not notified.
    pub(crate) fn remove(&mut self, waiter: &Waiter) -> Option<Waker> {
        let position = self.find(waiter)?;
        let waker = self.entries[position].waker.take();
        self.removed += 1;
        self.tidy();
        waker
    }

    fn find(&self, waiter: &Waiter) -> Option<usize> {
        let first = self.entries.front()?.number;
        let behind = |number: usize| number.wrapping_sub(first);
        self.entries.binary_search_by_key(&behind(waiter.0), |entry| behind(entry.number)).ok()
    }

    /// Frees the removed entries at both ends, and all of them once they are more than those that
    /// wait. That takes constant time for each removal.
    fn tidy(&mut self) {
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
            // The memory of many waiters is freed with the last of them.
            self.entries.shrink_to(KEPT);
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
        queue.push(Waker::noop().clone())
    }

    fn has_been_notified(queue: &WaitQueue, waiter: &Waiter) -> bool {
        matches!(queue.status(waiter, Waker::noop()), Status::Notified)
    }

    /// \[trio `test_CapacityLimiter_memleak_548`]
    #[test]
    fn a_removed_waiter_leaves_no_entry_behind() {
        let mut queue = WaitQueue::new();
        // Between one that stays and the next one, where a queue that is tidied at its ends alone
        // would grow.
        let _stays = push(&mut queue);
        let mut last = push(&mut queue);
        for _ in 0..1000 {
            let passer = mem::replace(&mut last, push(&mut queue));
            assert!(queue.remove(&passer).is_some());
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
        assert!(queue.entries.capacity() <= 2 * KEPT);
    }

    #[test]
    fn a_removal_keeps_the_order_of_the_rest() {
        // Every one of four leaves first; the others are notified in order, also where the numbers
        // wrap.
        for (leaver, first) in (0..4).flat_map(|leaver| [(leaver, 0), (leaver, usize::MAX - 1)]) {
            let mut queue = WaitQueue { next: first, ..WaitQueue::new() };
            let mut waiters: Vec<_> = (0..4).map(|_| push(&mut queue)).collect();
            assert!(queue.remove(&waiters.remove(leaver)).is_some());
            for notified in 1..=3 {
                let (end, _waker) = queue.pop().expect("one waits");
                for (position, waiter) in waiters.iter().enumerate() {
                    assert_eq!(has_been_notified(&queue, waiter), position < notified);
                    assert_eq!(waiter.is_before(end), position < notified);
                }
            }
            assert!(queue.pop().is_none());
        }
    }

    #[test]
    fn those_that_came_later_are_not_notified_with_the_others() {
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
    fn a_waiter_that_was_kept_too_long_is_found_to_be_notified() {
        let mut queue = WaitQueue::new();
        let kept = push(&mut queue);
        let (end, _waker) = queue.pop().expect("one waits");
        assert!(kept.is_before(end));
        queue.next = usize::MAX / 2 + 2;
        let _later = [push(&mut queue), push(&mut queue)];
        let (end, _waker) = queue.pop().expect("one waits");
        assert!(!kept.is_before(end));
        assert!(has_been_notified(&queue, &kept));
    }
}
