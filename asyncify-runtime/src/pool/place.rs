//! Places in a bounded queue, handed out first come, first served.

#[cfg(feature = "metrics")]
use super::timings::Timings;
use crate::limit::{Closed, Semaphore};
use crate::wait_queue::Waiter;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::time::Instant;

/// The places of one bounded queue: the permits of a semaphore that is closed with the pool.
pub(super) struct Places(Semaphore);

/// A job's stay in a queue that is bounded or timed; it ends when this is dropped.
///
/// (Boxed, so that the jobs of all other queues carry no more than a pointer for it.)
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "held to be dropped"))]
pub(crate) struct Place(Box<Stay>);

#[cfg_attr(feature = "metrics", derive(Default))]
struct Stay {
    /// Where the place goes back to.
    places: Option<Arc<Places>>,
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
        Arc::new(Self(Semaphore::new(capacity)))
    }

    pub(super) fn try_take(self: &Arc<Self>) -> Result<Place, NoPlace> {
        if self.0.try_acquire() {
            return Ok(Place::taken(self));
        }
        Err(if self.0.is_closed() { NoPlace::ShutDown } else { NoPlace::Full })
    }

    /// Waits for a place, in order. `None`: the pool was shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses its turn, and a place that it was given goes to the next in line.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Place> {
        let mut wait = Wait { places: &self.0, waiter: None };
        let taken = poll_fn(|cx| wait.places.poll_acquire(&mut wait.waiter, cx.waker())).await;
        match taken {
            Ok(()) => Some(Place::taken(self)),
            Err(Closed) => None,
        }
    }

    /// Turns everybody away, now and later.
    pub(super) fn close(&self) {
        self.0.close();
    }
}

/// A wait for a place, given up when it is dropped.
struct Wait<'a> {
    places: &'a Semaphore,
    waiter: Option<Waiter>,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            self.places.cancel(waiter);
        }
    }
}

#[cfg(all(test, asyncify_loom))]
impl Place {
    /// A place, and how often it was freed.
    pub(crate) fn for_model() -> (Self, impl Fn() -> usize) {
        let places = Places::new(0);
        (Self::taken(&places), move || places.0.spare())
    }
}

impl Place {
    fn taken(places: &Arc<Places>) -> Self {
        Self(Box::new(Stay {
            places: Some(Arc::clone(places)),
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
        if let Some(places) = &self.places {
            places.0.release();
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}
