//! The line of those who wait: first in, first out, and out of the middle at any time.
//!
//! Tickets are numbered, and called in that order. So one number tells of every ticket whether it
//! was called, and whoever holds one need not enter to learn it. The numbers wrap: a ticket that
//! is kept while half of them are called looks like one that waits, until it is looked for.

use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

/// How many places an empty line keeps for its next visitors.
const KEPT: usize = 64;

pub(super) struct Line {
    /// In the order of their numbers. The first and the last one wait.
    places: VecDeque<Place>,
    /// Those among them who have left.
    gaps: usize,
    /// The number of the next ticket.
    next: usize,
}

struct Place {
    number: usize,
    /// None: it has left.
    waker: Option<Waker>,
}

/// A turn in the line, given out by [`Line::join`]; of no use once it was seen to be called, or by
/// [`Line::leave`].
pub(super) struct Ticket(usize);

impl Ticket {
    /// Whether it is among the tickets before number `end`.
    pub(super) fn is_before(&self, end: usize) -> bool {
        end.wrapping_sub(self.0).wrapping_sub(1) < usize::MAX / 2
    }
}

/// What the holder of a ticket learns.
#[must_use]
pub(super) enum Turn {
    Called,
    /// It waits, with a waker that wakes the same task.
    Waits,
    /// It waits, with a waker that wakes another task.
    WaitsElsewhere,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { places: VecDeque::new(), gaps: 0, next: 0 }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.gaps
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Takes the place behind all others.
    pub(super) fn join(&mut self, waker: Waker) -> Ticket {
        let number = self.next;
        self.places.push_back(Place { number, waker: Some(waker) });
        self.next = number.wrapping_add(1);
        Ticket(number)
    }

    /// Calls the first one, who is to be woken. With its waker comes the number before which all
    /// tickets have now been called, or have left.
    pub(super) fn call(&mut self) -> Option<(usize, Waker)> {
        let first = self.places.pop_front()?;
        self.tidy();
        Some((first.number.wrapping_add(1), first.waker?))
    }

    /// Whether the ticket was called, and whether its waker fits where it was not.
    pub(super) fn turn(&self, ticket: &Ticket, waker: &Waker) -> Turn {
        let place = self.find(ticket).map(|position| &self.places[position]);
        match place.and_then(|place| place.waker.as_ref()) {
            None => Turn::Called,
            Some(kept) if kept.will_wake(waker) => Turn::Waits,
            Some(_) => Turn::WaitsElsewhere,
        }
    }

    /// Exchanges the waker of a ticket. Gives back the one that is not needed: the old one, or the
    /// new one if the ticket was called.
    pub(super) fn set_waker(&mut self, ticket: &Ticket, waker: Waker) -> Waker {
        let place = self.find(ticket).map(|position| &mut self.places[position]);
        match place.and_then(|place| place.waker.as_mut()) {
            None => waker,
            Some(kept) => mem::replace(kept, waker),
        }
    }

    /// Takes a ticket back. Gives the waker of one that was not called.
    pub(super) fn leave(&mut self, ticket: &Ticket) -> Option<Waker> {
        let position = self.find(ticket)?;
        let waker = self.places[position].waker.take();
        self.gaps += 1;
        self.tidy();
        waker
    }

    fn find(&self, ticket: &Ticket) -> Option<usize> {
        let first = self.places.front()?.number;
        let behind = |number: usize| number.wrapping_sub(first);
        self.places.binary_search_by_key(&behind(ticket.0), |place| behind(place.number)).ok()
    }

    /// Closes the gaps at both ends, and all of them once they are more than those who wait. That
    /// takes constant time for each that left.
    fn tidy(&mut self) {
        let has_left = |place: Option<&Place>| place.is_some_and(|place| place.waker.is_none());
        while has_left(self.places.front()) {
            self.places.pop_front();
            self.gaps -= 1;
        }
        while has_left(self.places.back()) {
            self.places.pop_back();
            self.gaps -= 1;
        }
        if self.gaps > self.len() {
            self.places.retain(|place| place.waker.is_some());
            self.gaps = 0;
        }
        if self.places.is_empty() {
            // A crowd that has left takes its memory along.
            self.places.shrink_to(KEPT);
        }
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    fn join(line: &mut Line) -> Ticket {
        line.join(Waker::noop().clone())
    }

    /// \[trio `test_CapacityLimiter_memleak_548`]
    #[test]
    fn who_leaves_leaves_no_gap_behind() {
        let mut line = Line::new();
        // Between one that stays and the next one, where a queue that is tidied at its ends alone
        // would grow.
        let _stays = join(&mut line);
        let mut last = join(&mut line);
        for _ in 0..1000 {
            let passer = mem::replace(&mut last, join(&mut line));
            assert!(line.leave(&passer).is_some());
        }
        assert_eq!(line.len(), 2);
        assert!(line.places.len() <= 4);
    }

    #[test]
    fn a_crowd_that_has_left_takes_its_memory_along() {
        let mut line = Line::new();
        let many = if cfg!(miri) { 100 } else { 1_000 };
        let crowd: Vec<_> = (0..many).map(|_| join(&mut line)).collect();
        while line.call().is_some() {}
        assert!(crowd.into_iter().all(|ticket| line.leave(&ticket).is_none()));
        assert!(line.is_empty());
        assert!(line.places.capacity() <= 2 * KEPT);
    }

    #[test]
    fn leaving_keeps_the_order_of_the_rest() {
        // Every one of four leaves first; the others are called in order, also where the numbers
        // wrap.
        for (leaver, first) in (0..4).flat_map(|leaver| [(leaver, 0), (leaver, usize::MAX - 1)]) {
            let mut line = Line { next: first, ..Line::new() };
            let mut tickets: Vec<_> = (0..4).map(|_| join(&mut line)).collect();
            assert!(line.leave(&tickets.remove(leaver)).is_some());
            for called in 1..=3 {
                let (end, _waker) = line.call().expect("one waits");
                for (position, ticket) in tickets.iter().enumerate() {
                    let is_called = matches!(line.turn(ticket, Waker::noop()), Turn::Called);
                    assert_eq!(is_called, position < called);
                    assert_eq!(ticket.is_before(end), position < called);
                }
            }
            assert!(line.call().is_none());
        }
    }

    #[test]
    fn a_ticket_that_was_kept_too_long_is_found_to_be_called() {
        let mut line = Line::new();
        let kept = join(&mut line);
        let (end, _waker) = line.call().expect("one waits");
        assert!(kept.is_before(end));
        line.next = usize::MAX / 2 + 2;
        let _later = [join(&mut line), join(&mut line)];
        let (end, _waker) = line.call().expect("one waits");
        assert!(!kept.is_before(end));
        assert!(matches!(line.turn(&kept, Waker::noop()), Turn::Called));
    }
}
