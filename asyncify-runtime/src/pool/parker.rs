//! Where one worker parks.
//!
//! The unpark reason is stored in a word of our own, because jobs are free to call
//! [`std::thread::park`] and to unpark any thread.

use crate::sync::{AtomicU32, Condvar, Mutex, MutexGuard, Ordering, wait_timeout};
use std::sync::PoisonError;
use std::time::Duration;

/// The worker does not park, and there is no unpark reason.
const EMPTY: u32 = 0;
/// The worker parks, or is about to.
const PARKED: u32 = 1;
/// The worker was unparked for work: it holds `NOTIFIED`.
const WORK: u32 = 2;
/// The worker was unparked to recheck the pool's state, or as a helper. It holds no flag.
const RECHECK: u32 = 3;

/// Rules: only its worker parks; only the thread that cleared the worker's idle bit unparks it,
/// once; and the worker takes the reason before it sets the bit again or exits.
pub(super) struct Parker {
    state: AtomicU32,
    /// Guards nothing but the step from reading `PARKED` to waiting on the condition variable. No
    /// other work is done under it.
    mutex: Mutex<()>,
    condvar: Condvar,
}

/// Why a worker was unparked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UnparkReason {
    /// To search for jobs, with `NOTIFIED`.
    Work,
    /// To run queued jobs and recheck the pool's state, without a flag.
    Recheck,
}

impl Parker {
    pub(super) fn new() -> Self {
        Self { state: AtomicU32::new(EMPTY), mutex: Mutex::new(()), condvar: Condvar::new() }
    }

    /// Unparks the worker, which the caller has claimed.
    pub(super) fn unpark(&self, reason: UnparkReason) {
        let state = match reason {
            UnparkReason::Work => WORK,
            UnparkReason::Recheck => RECHECK,
        };
        // Release: pairs with the Acquire in `take`; the worker sees what its claimer saw.
        match self.state.swap(state, Ordering::Release) {
            EMPTY => {}
            PARKED => {
                // The worker read `PARKED` under this lock and now either waits or has yet to
                // read; taking the lock once tells the two apart.
                drop(self.lock());
                self.condvar.notify_one();
            }
            other => unreachable!("unparked while reason {other} was not yet taken"),
        }
    }

    /// Parks until unparked. `None`: the timeout passed first.
    pub(super) fn park(&self, timeout: Option<Duration>) -> Option<UnparkReason> {
        // Relaxed: success publishes nothing, and failure is read again by `take`.
        if self.state.compare_exchange(EMPTY, PARKED, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return self.take();
        }
        let mut guard = self.lock();
        loop {
            if let Some(reason) = self.take() {
                return Some(reason);
            }
            guard = match timeout {
                None => self.condvar.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Some(timeout) => {
                    let (guard, timed_out) = wait_timeout(&self.condvar, guard, timeout);
                    if timed_out {
                        drop(guard);
                        return self.cancel_park();
                    }
                    guard
                }
            };
        }
    }

    /// Takes the unpark reason, if there is one. The worker then no longer parks.
    fn take(&self) -> Option<UnparkReason> {
        // Acquire: pairs with the Release in `unpark`.
        let reason = match self.state.load(Ordering::Acquire) {
            WORK => UnparkReason::Work,
            RECHECK => UnparkReason::Recheck,
            _ => return None,
        };
        // Relaxed: no thread unparks this worker before its idle bit is set again.
        self.state.store(EMPTY, Ordering::Relaxed);
        Some(reason)
    }

    /// Ends parking after the timeout, or takes a reason that came at the last moment.
    fn cancel_park(&self) -> Option<UnparkReason> {
        // Relaxed: success publishes nothing, and failure is read again by `take`.
        match self.state.compare_exchange(PARKED, EMPTY, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => None,
            Err(_) => self.take(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_reason_given_before_parking_is_taken_at_once() {
        let parker = Parker::new();
        parker.unpark(UnparkReason::Work);
        assert_eq!(parker.park(None), Some(UnparkReason::Work));
        parker.unpark(UnparkReason::Recheck);
        assert_eq!(parker.park(Some(Duration::ZERO)), Some(UnparkReason::Recheck));
    }

    #[test]
    fn parking_works_again_after_a_timeout() {
        let parker = Parker::new();
        assert_eq!(parker.park(Some(Duration::from_millis(1))), None);
        thread::scope(|scope| {
            let worker = scope.spawn(|| parker.park(None));
            parker.unpark(UnparkReason::Work);
            assert_eq!(worker.join().expect("no panic"), Some(UnparkReason::Work));
        });
    }

    #[test]
    fn unparking_by_a_job_gives_no_reason() {
        let parker = Parker::new();
        thread::current().unpark();
        assert_eq!(parker.park(Some(Duration::from_millis(1))), None);
    }
}
