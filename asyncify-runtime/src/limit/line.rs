//! The line of those who wait: first in, first out, and out of the middle at any time.
//!
//! A doubly linked list in a vector: joining, calling and leaving take constant time, and once the
//! vector is long enough nobody allocates.

use std::mem;
use std::task::Waker;

/// How many places an empty line keeps for its next visitors.
const KEPT: usize = 64;

pub(super) struct Line {
    places: Vec<Place>,
    /// The start of the list of vacant places.
    vacant: Option<Index>,
    first: Option<Index>,
    last: Option<Index>,
    waiting: usize,
    /// Tickets out: who waits, and who was called and has not come yet.
    tickets: usize,
}

/// A turn in the line, given out by [`Line::join`]; used up by [`Line::leave`], and by
/// [`Line::claim`] when it was called.
pub(super) struct Ticket(Index);

/// A position in `places`; 32 bits, so that a future with a ticket stays small.
type Index = u32;

enum Place {
    Vacant { next: Option<Index> },
    Waiting { waker: Waker, before: Option<Index>, behind: Option<Index> },
    Called,
}

/// What the holder of a ticket learns.
#[must_use]
pub(super) enum Turn {
    /// It was called. The ticket is used up.
    Called,
    /// It waits, with a waker that wakes the same task.
    Waits,
    /// It waits, with a waker that wakes another task.
    WaitsElsewhere,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), vacant: None, first: None, last: None, waiting: 0, tickets: 0 }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Takes the place behind all others.
    pub(super) fn join(&mut self, waker: Waker) -> Ticket {
        let place = Place::Waiting { waker, before: self.last, behind: None };
        let index = self.occupy(place);
        match self.last.replace(index) {
            Some(last) => *self.links(last).1 = Some(index),
            None => self.first = Some(index),
        }
        self.waiting += 1;
        self.tickets += 1;
        Ticket(index)
    }

    /// Calls the first one, who is to be woken.
    pub(super) fn call(&mut self) -> Option<Waker> {
        let index = self.first?;
        let called = mem::replace(&mut self.places[index as usize], Place::Called);
        let Place::Waiting { waker, before, behind } = called else {
            unreachable!("the linked places wait")
        };
        self.unlink(before, behind);
        Some(waker)
    }

    /// Takes the ticket back if it was called, and says otherwise whether its waker still fits.
    pub(super) fn claim(&mut self, ticket: &Ticket, waker: &Waker) -> Turn {
        match &self.places[ticket.0 as usize] {
            Place::Waiting { waker: kept, .. } if kept.will_wake(waker) => Turn::Waits,
            Place::Waiting { .. } => Turn::WaitsElsewhere,
            _ => {
                self.vacate(ticket.0);
                Turn::Called
            }
        }
    }

    /// Exchanges the waker of a ticket. Gives back the one that is not needed: the old one, or the
    /// new one if the ticket was called.
    pub(super) fn set_waker(&mut self, ticket: &Ticket, waker: Waker) -> Waker {
        match &mut self.places[ticket.0 as usize] {
            Place::Waiting { waker: kept, .. } => mem::replace(kept, waker),
            _ => waker,
        }
    }

    /// Takes a ticket back. Gives the waker of one that was not called.
    pub(super) fn leave(&mut self, Ticket(index): Ticket) -> Option<Waker> {
        match self.vacate(index) {
            Place::Waiting { waker, before, behind } => {
                self.unlink(before, behind);
                Some(waker)
            }
            _ => None,
        }
    }

    fn occupy(&mut self, place: Place) -> Index {
        let Some(index) = self.vacant else {
            let index = Index::try_from(self.places.len()).expect("fewer than 2^32 wait");
            self.places.push(place);
            return index;
        };
        let vacant = mem::replace(&mut self.places[index as usize], place);
        let Place::Vacant { next } = vacant else { unreachable!("the list holds vacant places") };
        self.vacant = next;
        index
    }

    fn vacate(&mut self, index: Index) -> Place {
        let vacant = Place::Vacant { next: self.vacant.replace(index) };
        let left = mem::replace(&mut self.places[index as usize], vacant);
        self.tickets -= 1;
        if self.tickets == 0 {
            // A crowd that has left takes its memory along.
            self.places.clear();
            self.places.shrink_to(KEPT);
            self.vacant = None;
        }
        left
    }

    /// Joins the neighbours of a place that waits no longer.
    fn unlink(&mut self, before: Option<Index>, behind: Option<Index>) {
        match before {
            Some(before) => *self.links(before).1 = behind,
            None => self.first = behind,
        }
        match behind {
            Some(behind) => *self.links(behind).0 = before,
            None => self.last = before,
        }
        self.waiting -= 1;
    }

    /// The neighbours of a place that waits: before, and behind it.
    fn links(&mut self, index: Index) -> (&mut Option<Index>, &mut Option<Index>) {
        match &mut self.places[index as usize] {
            Place::Waiting { before, behind, .. } => (before, behind),
            _ => unreachable!("the linked places wait"),
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
        // Behind one that stays, where a queue that is tidied at its head alone would grow.
        let _stays = join(&mut line);
        for _ in 0..1000 {
            let passer = join(&mut line);
            assert!(line.leave(passer).is_some());
        }
        assert_eq!((line.len(), line.places.len()), (1, 2));
    }

    #[test]
    fn a_crowd_that_has_left_takes_its_memory_along() {
        let mut line = Line::new();
        let many = if cfg!(miri) { 100 } else { 1_000 };
        let crowd: Vec<_> = (0..many).map(|_| join(&mut line)).collect();
        while line.call().is_some() {}
        assert!(crowd.into_iter().all(|ticket| line.leave(ticket).is_none()));
        assert!(line.is_empty());
        assert!(line.places.capacity() <= KEPT);
    }

    #[test]
    fn leaving_keeps_the_order_of_the_rest() {
        // Every one of four leaves first; the others are called in order.
        for leaver in 0..4 {
            let mut line = Line::new();
            let mut tickets: Vec<_> = (0..4).map(|_| join(&mut line)).collect();
            assert!(line.leave(tickets.remove(leaver)).is_some());
            for called in 1..=3 {
                assert!(line.call().is_some());
                let is_called =
                    |ticket: &Ticket| matches!(line.places[ticket.0 as usize], Place::Called);
                assert!(tickets[..called].iter().all(is_called));
                assert!(!tickets[called..].iter().any(is_called));
            }
            assert!(line.call().is_none());
        }
    }
}
