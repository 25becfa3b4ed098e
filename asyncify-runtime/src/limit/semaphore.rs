//! A fair semaphore: an atomic word for the available permits, and a lock for the wait queue.

use std::sync::PoisonError;
use std::task::{Poll, Waker};

use crate::sync::Ordering::Release;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering::Acquire, Ordering::Relaxed};
use crate::util::wait_queue::{WaitQueue, Waiter, is_notified};
use crate::util::{drop_quietly, wake_all};

/// The value of the word while there are waiters or a debt, or when the semaphore is closed. The
/// state behind the lock decides then.
pub(super) const CONTENDED: usize = usize::MAX;

/// The permits of a [`Limiter`](super::Limiter), or of a pool's bounded queue.
pub(crate) struct Semaphore {
    /// The number of available permits, or [`CONTENDED`].
    ///
    /// A released permit publishes its owner's writes (Release), and the next owner of a permit
    /// sees them (Acquire); the changes in between are read-modify-writes, which continue the
    /// release sequence. A change to `CONTENDED` acquires the writes as well; from there the lock
    /// passes them on, and the change back publishes them again.
    word: AtomicUsize,
    /// All waiters before this number were granted a permit, or were removed. Changed only under
    /// the lock.
    granted: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    /// The number of permits in use beyond the limit, after it was lowered.
    debt: usize,
    /// Whether the semaphore is closed. No permits are granted then, and the queue is empty.
    closed: bool,
    queue: WaitQueue,
}

impl AsMut<WaitQueue> for State {
    fn as_mut(&mut self) -> &mut WaitQueue {
        &mut self.queue
    }
}

/// The error of a closed semaphore.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Closed;

/// The result of an attempt to acquire a permit under the lock.
enum Attempt {
    Granted,
    Queued(Waiter),
    Closed,
}

impl Semaphore {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            word: AtomicUsize::new(permits(limit)),
            granted: AtomicUsize::new(0),
            state: Mutex::new(State { limit, debt: 0, closed: false, queue: WaitQueue::new() }),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.lock().limit
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    pub(crate) fn available(&self) -> usize {
        // Relaxed: a snapshot, for statistics.
        match self.word.load(Relaxed) {
            CONTENDED => 0,
            available => available,
        }
    }

    /// Takes a permit if one is available. Returns `false` if there is none, or if there are
    /// waiters.
    #[must_use]
    pub(crate) fn try_acquire(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != 0 && word != CONTENDED {
            // Acquire: pairs with Release in `try_release`; the last owner's writes are visible.
            match self.word.compare_exchange_weak(word, word - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Polls to acquire a permit. `waiter` is `None` at the first poll, and again when the wait is
    /// over. A waiter that is still there when the wait is given up must be
    /// [cancelled](Self::cancel).
    pub(crate) fn poll_acquire(
        &self,
        waiter: &mut Option<Waiter>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        let Some(queued) = waiter else { return self.start_acquire(waiter, waker) };
        // Acquire: pairs with Release in `grant`; the writes of the permit's last owner are
        // visible.
        let mut granted = queued.is_before(self.granted.load(Acquire));
        if !granted {
            if !is_notified(&self.state, queued, waker) {
                return Poll::Pending;
            }
            // Notified by a grant or by `close`. Relaxed: `is_notified` took the lock after either.
            granted = !self.lock().closed || queued.is_before(self.granted.load(Relaxed));
        }
        *waiter = None;
        Poll::Ready(if granted { Ok(()) } else { Err(Closed) })
    }

    fn start_acquire(
        &self,
        waiter: &mut Option<Waiter>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        if self.try_acquire() {
            return Poll::Ready(Ok(()));
        }
        match self.acquire_or_push(waker.clone()) {
            Attempt::Granted => Poll::Ready(Ok(())),
            Attempt::Closed => Poll::Ready(Err(Closed)),
            Attempt::Queued(queued) => {
                *waiter = Some(queued);
                Poll::Pending
            }
        }
    }

    fn acquire_or_push(&self, waker: Waker) -> Attempt {
        // A parameter outlives the guard, so an unused waker is dropped after the lock is released.
        let mut state = self.lock();
        if state.closed {
            return Attempt::Closed;
        }
        // Relaxed: the exchange decides, and `CONTENDED` does not change while we hold the lock.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            let next = word.checked_sub(1).unwrap_or(CONTENDED);
            // Acquire: pairs with Release in `try_release`; for a permit as in `try_acquire`, and
            // for `CONTENDED` on behalf of all later owners of the lock.
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == CONTENDED => break,
                Ok(_) => return Attempt::Granted,
                Err(now) => word = now,
            }
        }
        Attempt::Queued(state.queue.push(waker))
    }

    /// Cancels a waiter. If it was granted a permit, the permit is released.
    pub(crate) fn cancel(&self, waiter: &Waiter) {
        let (waker, next) = {
            let mut state = self.lock();
            let waker = state.queue.remove(waiter);
            let next = match waker {
                Some(_) => {
                    self.update_contended(&state);
                    None
                }
                None => self.release_locked(&mut state),
            };
            (waker, next)
        };
        wake_all(next);
        drop_quietly(waker);
    }

    /// Closes the semaphore: no more permits are granted, and all waiters are notified. Permits in
    /// use stay valid.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            // Relaxed: no permit is granted after this.
            self.word.swap(CONTENDED, Relaxed);
            let end = state.queue.end();
            state.queue.pop_before(end)
        };
        wake_all(waiting);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Releases a permit. The oldest waiter receives it, if there is one.
    pub(crate) fn release(&self) {
        if !self.try_release() {
            let next = self.release_locked(&mut self.lock());
            wake_all(next);
        }
    }

    /// Changes the limit: adds or removes as many permits as the limits differ.
    pub(crate) fn set_limit(&self, limit: usize) {
        let wakers = {
            let mut state = self.lock();
            let before = permits(std::mem::replace(&mut state.limit, limit));
            if let Some(fewer) = before.checked_sub(permits(limit)) {
                self.remove_permits(&mut state, fewer);
                Vec::new()
            } else {
                self.add_permits(&mut state, permits(limit) - before)
            }
        };
        wake_all(wakers);
    }

    /// Releases a permit without the lock. Returns `false` if there are waiters or a debt.
    #[must_use]
    fn try_release(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            // Release: pairs with Acquire in `try_acquire`; publishes the owner's writes.
            match self.word.compare_exchange_weak(word, word + 1, Release, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Releases a permit under the lock: pays the debt, or grants the permit to the first waiter.
    fn release_locked(&self, state: &mut State) -> Option<Waker> {
        // There may be no waiters any more.
        if state.closed || self.try_release() {
            return None;
        }
        let next = match state.debt.checked_sub(1) {
            Some(debt) => {
                state.debt = debt;
                None
            }
            None => self.grant(state),
        };
        self.update_contended(state);
        next
    }

    /// Grants a permit to the first waiter, and returns its waker.
    fn grant(&self, state: &mut State) -> Option<Waker> {
        let (end, waker) = state.queue.pop()?;
        // Release: pairs with Acquire in `poll_acquire`; publishes the writes that the lock
        // made visible.
        self.granted.store(end, Release);
        Some(waker)
    }

    /// Adds `more` permits: pays the debt, then grants permits to waiters, then makes the rest
    /// available.
    fn add_permits(&self, state: &mut State, more: usize) -> Vec<Waker> {
        let paid = more.min(state.debt);
        state.debt -= paid;
        let wakers: Vec<_> = (paid..more).map_while(|_| self.grant(state)).collect();
        self.update_contended(state);
        let rest = more - paid - wakers.len();
        if rest > 0 {
            // There are no waiters, and none can be added without the lock.
            // Release: pairs with Acquire in `try_acquire`; publishes the writes before the change.
            self.word.fetch_add(rest, Release);
        }
        wakers
    }

    /// Removes `fewer` permits: the available ones first; the rest becomes debt.
    fn remove_permits(&self, state: &mut State, fewer: usize) {
        // Relaxed: as in `acquire_or_push`.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            // Acquire: as in `acquire_or_push`.
            let next = word.checked_sub(fewer).unwrap_or(CONTENDED);
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == CONTENDED => {
                    state.debt = fewer - word;
                    return;
                }
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        state.debt += fewer;
    }

    /// Leaves `CONTENDED` if there are no waiters and no debt.
    fn update_contended(&self, state: &State) {
        let contended = state.closed || state.debt > 0 || !state.queue.is_empty();
        // Relaxed: only `CONTENDED` matters, which does not change while we hold the lock.
        if self.word.load(Relaxed) == CONTENDED && !contended {
            // Release: pairs with Acquire in `try_acquire`, on behalf of all owners of the lock
            // while the word was `CONTENDED`.
            self.word.store(0, Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock happens before the state is changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of permits for a limit. `usize::MAX` is reserved for `CONTENDED`.
fn permits(limit: usize) -> usize {
    limit.min(CONTENDED - 1)
}
