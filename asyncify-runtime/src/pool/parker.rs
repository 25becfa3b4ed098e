//! Where one worker parks.
//!
//! The claim on a worker stands in a word of our own, because jobs are free to call
//! [`std::thread::park`] and to unpark whom they like.

use crate::sync::{AtomicU32, Condvar, Mutex, Ordering, wait_timeout};
use std::sync::PoisonError;
use std::time::Duration;

/// Nobody parks and nothing was told.
const QUIET: u32 = 0;
/// The worker parks, or is about to.
const PARKED: u32 = 1;
/// The worker was called: it holds `COMING`.
const CALLED: u32 = 2;
/// The worker was told to look at the pool's state again. It holds nothing.
const NUDGED: u32 = 3;

/// Rules: only its worker parks; only who cleared the worker's idle mark tells it something, once,
/// and the worker takes that before it sets the mark again or leaves.
pub(super) struct Parker {
    word: AtomicU32,
    /// Guards nothing but the step from reading `PARKED` to waiting on the bell. Never held while
    /// anything else is done.
    door: Mutex<()>,
    bell: Condvar,
}

/// What a worker was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Called,
    Nudged,
}

impl Parker {
    pub(super) fn new() -> Self {
        Self { word: AtomicU32::new(QUIET), door: Mutex::new(()), bell: Condvar::new() }
    }

    /// Tells the worker, which our caller has claimed.
    pub(super) fn tell(&self, told: Told) {
        let word = match told {
            Told::Called => CALLED,
            Told::Nudged => NUDGED,
        };
        // Release: pairs with the Acquire in `take`; the worker sees what its claimer saw.
        match self.word.swap(word, Ordering::Release) {
            QUIET => {}
            PARKED => {
                // The worker read `PARKED` under this lock and now either waits or has yet to
                // read; taking the lock once tells the two apart.
                drop(self.lock());
                self.bell.notify_one();
            }
            other => unreachable!("told {other} and not yet heard"),
        }
    }

    /// Parks until told. `None`: told nothing within `patience`.
    pub(super) fn park(&self, patience: Option<Duration>) -> Option<Told> {
        // Relaxed: success publishes nothing, and failure is read again by `take`.
        if self.word.compare_exchange(QUIET, PARKED, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return self.take();
        }
        let mut door = self.lock();
        loop {
            if let Some(told) = self.take() {
                return Some(told);
            }
            door = match patience {
                None => self.bell.wait(door).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let (door, timeout) = wait_timeout(&self.bell, door, patience);
                    if timeout {
                        drop(door);
                        return self.give_up();
                    }
                    door
                }
            };
        }
    }

    /// Takes what was told. The worker parks no longer if there was something.
    fn take(&self) -> Option<Told> {
        // Acquire: pairs with the Release in `tell`.
        let told = match self.word.load(Ordering::Acquire) {
            CALLED => Told::Called,
            NUDGED => Told::Nudged,
            _ => return None,
        };
        // Relaxed: nobody tells us anything before our mark is set again.
        self.word.store(QUIET, Ordering::Relaxed);
        Some(told)
    }

    fn give_up(&self) -> Option<Told> {
        // Relaxed: success publishes nothing, and failure is read again by `take`.
        match self.word.compare_exchange(PARKED, QUIET, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => None,
            Err(_) => self.take(),
        }
    }

    fn lock(&self) -> crate::sync::MutexGuard<'_, ()> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn what_was_told_before_parking_is_heard_at_once() {
        let parker = Parker::new();
        parker.tell(Told::Called);
        assert_eq!(parker.park(None), Some(Told::Called));
        parker.tell(Told::Nudged);
        assert_eq!(parker.park(Some(Duration::ZERO)), Some(Told::Nudged));
    }

    #[test]
    fn patience_ends_and_parking_works_again() {
        let parker = Parker::new();
        assert_eq!(parker.park(Some(Duration::from_millis(1))), None);
        thread::scope(|scope| {
            let worker = scope.spawn(|| parker.park(None));
            parker.tell(Told::Called);
            assert_eq!(worker.join().expect("no panic"), Some(Told::Called));
        });
    }

    #[test]
    fn spurious_unparking_by_a_job_tells_nothing() {
        let parker = Parker::new();
        thread::current().unpark();
        assert_eq!(parker.park(Some(Duration::from_millis(1))), None);
    }
}
