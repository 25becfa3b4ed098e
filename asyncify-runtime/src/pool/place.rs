//! Places in a bounded queue, handed out first come, first served.

#[cfg(feature = "metrics")]
use super::timings::Timings;
use crate::sync::{Mutex, MutexGuard};
use crate::util::wake_all;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
#[cfg(feature = "metrics")]
use std::time::Instant;

/// The places of one bounded queue.
///
/// A mutex: who bounds a queue wants its callers to wait. It guards the line alone; wakers are
/// cloned, woken and dropped outside.
pub(super) struct Places(Mutex<Line>);

/// Invariant: nobody waits while a place is free and the line is open.
struct Line {
    free: usize,
    open: bool,
    next_ticket: u64,
    waiting: BTreeMap<u64, Waker>,
    /// Places that were handed to a ticket which has not come for it yet.
    granted: BTreeSet<u64>,
}

/// A job's stay in a queue that is bounded or timed; it ends when this is dropped.
///
/// (Boxed, so that the jobs of all other queues carry no more than a pointer for it.)
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "held to be dropped"))]
pub(crate) struct Place(Box<Stay>);

#[cfg_attr(feature = "metrics", derive(Default))]
struct Stay {
    /// Where the place goes back to.
    line: Option<Arc<Places>>,
    /// Since when, and where to tell how long it was.
    #[cfg(feature = "metrics")]
    timed: Option<(Instant, Arc<Timings>)>,
}

/// Why there is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoPlace {
    Full,
    ShutDown,
}

impl Places {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Line {
            free: capacity,
            open: true,
            next_ticket: 0,
            waiting: BTreeMap::new(),
            granted: BTreeSet::new(),
        })))
    }

    pub(super) fn try_take(self: &Arc<Self>) -> Result<Place, NoPlace> {
        let mut line = self.lock();
        if !line.open {
            return Err(NoPlace::ShutDown);
        }
        line.free = line.free.checked_sub(1).ok_or(NoPlace::Full)?;
        Ok(Place::in_line(self))
    }

    /// Waits for a place, in order. `None`: the pool was shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses its turn, and a place that it was given goes to the next in line.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Place> {
        match self.try_take() {
            Ok(place) => return Some(place),
            Err(NoPlace::ShutDown) => return None,
            Err(NoPlace::Full) => {}
        }
        let mut ticket = Ticket { places: self, number: None };
        poll_fn(|cx| ticket.poll(cx)).await
    }

    /// Turns everybody away, now and later.
    pub(super) fn close(&self) {
        let waiting = {
            let mut line = self.lock();
            line.open = false;
            std::mem::take(&mut line.waiting)
        };
        wake_all(waiting.into_values());
    }

    /// Hands a place to the next in line.
    fn free(&self) {
        let next = {
            let mut line = self.lock();
            if let Some((ticket, waker)) = line.waiting.pop_first() {
                line.granted.insert(ticket);
                Some(waker)
            } else {
                line.free += 1;
                None
            }
        };
        wake_all(next);
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, asyncify_loom))]
impl Place {
    /// A place, and how often it was freed.
    pub(crate) fn for_model() -> (Self, impl Fn() -> usize) {
        let places = Places::new(0);
        (Self::in_line(&places), move || places.lock().free)
    }
}

impl Place {
    fn in_line(places: &Arc<Places>) -> Self {
        Self(Box::new(Stay {
            line: Some(Arc::clone(places)),
            #[cfg(feature = "metrics")]
            timed: None,
        }))
    }

    /// Has the time from now on be told.
    #[cfg(feature = "metrics")]
    pub(super) fn timed(place: Option<Self>, timings: &Arc<Timings>) -> Self {
        let mut place = place.unwrap_or_else(|| Self(Box::default()));
        place.0.timed = Some((Instant::now(), Arc::clone(timings)));
        place
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        if let Some((since, timings)) = &self.timed {
            timings.waited(since.elapsed());
        }
        if let Some(line) = &self.line {
            line.free();
        }
    }
}

/// A turn in the line.
struct Ticket<'a> {
    places: &'a Arc<Places>,
    /// `None` before the first poll and once the turn was used.
    number: Option<u64>,
}

impl Ticket<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Place>> {
        let waker = cx.waker().clone();
        let mut line = self.places.lock();
        let granted = match self.number {
            Some(number) => line.granted.remove(&number),
            None if line.free > 0 && line.open => {
                line.free -= 1;
                true
            }
            None => false,
        };
        if granted {
            self.number = None;
            drop(line);
            return Poll::Ready(Some(Place::in_line(self.places)));
        }
        if !line.open {
            return Poll::Ready(None);
        }
        let number = *self.number.get_or_insert_with(|| {
            line.next_ticket += 1;
            line.next_ticket
        });
        let before = line.waiting.insert(number, waker);
        drop(line);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let (waker, granted) = {
            let mut line = self.places.lock();
            (line.waiting.remove(&number), line.granted.remove(&number))
        };
        drop(waker);
        if granted {
            self.places.free();
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}
