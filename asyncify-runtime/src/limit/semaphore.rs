//! The permits: one word for the spare ones, and a lock for everything that makes callers wait.

use std::sync::PoisonError;
use std::task::{Poll, Waker};

use crate::sync::Ordering::Release;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering::Acquire, Ordering::Relaxed};
use crate::util::wait_queue::{WaitQueue, Waiter, is_notified};
use crate::util::{drop_quietly, wake_all};

/// The word when callers wait, permits are owed, or the semaphore is closed: ask under the lock.
pub(super) const CONTENDED: usize = usize::MAX;

/// The permits of a [`Limiter`](super::Limiter), or of a pool's bounded queue.
pub(crate) struct Semaphore {
    /// The number of spare permits, or [`CONTENDED`].
    ///
    /// A permit that comes back publishes what its holder did (Release), and whoever takes a
    /// permit sees it (Acquire): the changes in between are read-modify-writes, which carry it on.
    /// A change to `CONTENDED` sees it likewise, the lock carries it on from there, and the change
    /// back publishes it again.
    word: AtomicUsize,
    /// All waiters before this number were granted a permit, or have left. Changed under the lock
    /// alone.
    granted: AtomicUsize,
    state: Mutex<State>,
}

/// What the lock guards.
struct State {
    limit: usize,
    /// Permits that are out above the limit, since it was lowered.
    debt: usize,
    /// Nothing is granted any more, and nobody waits.
    closed: bool,
    queue: WaitQueue,
}

impl AsMut<WaitQueue> for State {
    fn as_mut(&mut self) -> &mut WaitQueue {
        &mut self.queue
    }
}

/// Why no permit is going to be granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Closed;

/// What came of asking under the lock.
enum Asked {
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

    pub(crate) fn spare(&self) -> usize {
        // Relaxed: a number to look at; nothing follows from it.
        match self.word.load(Relaxed) {
            CONTENDED => 0,
            spare => spare,
        }
    }

    /// Takes a spare permit. `false`: none is, or others wait for it.
    #[must_use]
    pub(crate) fn try_acquire(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != 0 && word != CONTENDED {
            // Acquire: pairs with Release in `try_release`; what the last holder did is seen.
            match self.word.compare_exchange_weak(word, word - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Takes a permit, or waits for it: at the first poll `waiter` is none, and it is again when the
    /// wait is over. One that is some must be given [back](Self::cancel).
    pub(crate) fn poll_acquire(
        &self,
        waiter: &mut Option<Waiter>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        let Some(queued) = waiter else { return self.ask(waiter, waker) };
        // Acquire: pairs with Release in `grant`; what the permit's last holder did is seen.
        let mut granted = queued.is_before(self.granted.load(Acquire));
        if !granted {
            if !is_notified(&self.state, queued, waker) {
                return Poll::Pending;
            }
            // By a permit, or by the close. Relaxed: `is_notified` took the lock after either.
            granted = !self.lock().closed || queued.is_before(self.granted.load(Relaxed));
        }
        *waiter = None;
        Poll::Ready(if granted { Ok(()) } else { Err(Closed) })
    }

    fn ask(&self, waiter: &mut Option<Waiter>, waker: &Waker) -> Poll<Result<(), Closed>> {
        if self.try_acquire() {
            return Poll::Ready(Ok(()));
        }
        match self.acquire_or_push(waker.clone()) {
            Asked::Granted => Poll::Ready(Ok(())),
            Asked::Closed => Poll::Ready(Err(Closed)),
            Asked::Queued(queued) => {
                *waiter = Some(queued);
                Poll::Pending
            }
        }
    }

    fn acquire_or_push(&self, waker: Waker) -> Asked {
        // A parameter outlives the guard: a waker that is not needed is dropped without the lock.
        let mut state = self.lock();
        if state.closed {
            return Asked::Closed;
        }
        // Relaxed: the exchange decides, and a `CONTENDED` that is seen under the lock stands.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            let next = word.checked_sub(1).unwrap_or(CONTENDED);
            // Acquire: pairs with Release in `try_release`, for the permit as in `try_acquire`, and
            // for `CONTENDED` on behalf of all who pass the lock after us.
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == CONTENDED => break,
                Ok(_) => return Asked::Granted,
                Err(now) => word = now,
            }
        }
        Asked::Queued(state.queue.push(waker))
    }

    /// Ends the wait of one that gives up. If it was granted a permit, the next one is.
    pub(crate) fn cancel(&self, waiter: &Waiter) {
        let (waker, next) = {
            let mut state = self.lock();
            let waker = state.queue.remove(waiter);
            let next = match waker {
                Some(_) => {
                    self.settle(&state);
                    None
                }
                None => self.pass_on(&mut state),
            };
            (waker, next)
        };
        wake_all(next);
        drop_quietly(waker);
    }

    /// Grants nothing from now on, and tells so to all who wait. Permits that are out stay out.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            // Relaxed: nobody takes a permit any more.
            self.word.swap(CONTENDED, Relaxed);
            let end = state.queue.end();
            state.queue.pop_before(end)
        };
        wake_all(waiting);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Gives a permit back: to the oldest waiter, if there is one.
    pub(crate) fn release(&self) {
        if !self.try_release() {
            let next = self.pass_on(&mut self.lock());
            wake_all(next);
        }
    }

    /// Admits as many more, or takes as many permits out of circulation, as the limits differ.
    pub(crate) fn set_limit(&self, limit: usize) {
        let admitted = {
            let mut state = self.lock();
            let before = permits(std::mem::replace(&mut state.limit, limit));
            if let Some(fewer) = before.checked_sub(permits(limit)) {
                self.withdraw(&mut state, fewer);
                Vec::new()
            } else {
                self.add(&mut state, permits(limit) - before)
            }
        };
        wake_all(admitted);
    }

    /// Gives a permit back without the lock. `false`: somebody waits for it or it is owed.
    #[must_use]
    fn try_release(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            // Release: pairs with Acquire in `try_acquire`; publishes what the holder did.
            match self.word.compare_exchange_weak(word, word + 1, Release, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Gives a permit back under the lock, to whom it belongs.
    fn pass_on(&self, state: &mut State) -> Option<Waker> {
        // The queue may have emptied since the permit's holder saw it.
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
        self.settle(state);
        next
    }

    /// Hands a permit over to the first waiter, which is to be woken.
    fn grant(&self, state: &mut State) -> Option<Waker> {
        let (end, waker) = state.queue.pop()?;
        // Release: pairs with Acquire in `poll_acquire`; passes on what the lock let us see.
        self.granted.store(end, Release);
        Some(waker)
    }

    /// Puts `more` permits in circulation: pays the debt, admits waiters, spares the rest.
    fn add(&self, state: &mut State, more: usize) -> Vec<Waker> {
        let paid = more.min(state.debt);
        state.debt -= paid;
        let admitted: Vec<_> = (paid..more).map_while(|_| self.grant(state)).collect();
        self.settle(state);
        let rest = more - paid - admitted.len();
        if rest > 0 {
            // Nobody waits any more, and nobody can begin to without the lock.
            // Release: pairs with Acquire in `try_acquire`; whom a raise admits sees what led to it.
            self.word.fetch_add(rest, Release);
        }
        admitted
    }

    /// Takes `fewer` permits out of circulation: the spare ones first, the rest is owed.
    fn withdraw(&self, state: &mut State, fewer: usize) {
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

    /// Leaves `CONTENDED` once nobody waits and nothing is owed.
    fn settle(&self, state: &State) {
        let wanted = state.closed || state.debt > 0 || !state.queue.is_empty();
        // Relaxed: under the lock a `CONTENDED` stands, and only that is asked.
        if self.word.load(Relaxed) == CONTENDED && !wanted {
            // Release: pairs with Acquire in `try_acquire`, on behalf of all who held the lock while
            // it stood.
            self.word.store(0, Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panics under the lock does so before it changes anything.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many permits a limit stands for: the largest number is taken, by `CONTENDED`.
fn permits(limit: usize) -> usize {
    limit.min(CONTENDED - 1)
}
