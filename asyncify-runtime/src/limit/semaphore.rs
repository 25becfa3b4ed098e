//! A fair semaphore: an atomic word for the available permits, and a lock for the wait queue.

use std::sync::PoisonError;
use std::task::{Poll, Waker};

use super::metrics::LimiterMetrics;
use crate::sync::Ordering::Release;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering::Acquire, Ordering::Relaxed};
use crate::util::wait_queue::{WaitQueue, Waiter, is_notified};
use crate::util::{drop_quietly, wake_all};
use std::iter;
use std::mem;

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
    /// The number of permits that are reserved for the first waiter, which needs more.
    reserved: usize,
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

/// The wakers of waiters to which permits were granted: most often one.
type Granted = iter::Chain<std::option::IntoIter<Waker>, std::vec::IntoIter<Waker>>;

/// The result of an attempt to acquire permits under the lock.
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
            state: Mutex::new(State {
                limit,
                debt: 0,
                reserved: 0,
                closed: false,
                queue: WaitQueue::new(),
            }),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.lock().limit
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    pub(super) fn metrics(&self) -> LimiterMetrics {
        let state = self.lock();
        // The moment of this load, as the rest only changes under the lock.
        let available = self.available();
        // Rule 1.
        let in_use = permits(state.limit) + state.debt - available - state.reserved;
        LimiterMetrics { limit: state.limit, in_use, available, waiting: state.queue.len() }
    }

    pub(crate) fn available(&self) -> usize {
        // Relaxed: a snapshot, for statistics.
        match self.word.load(Relaxed) {
            CONTENDED => 0,
            available => available,
        }
    }

    /// Takes `count` permits if they are available. Returns `false` if they are not, or if there
    /// are waiters.
    #[must_use]
    pub(crate) fn try_acquire(&self, count: usize) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word >= count && word != CONTENDED {
            // Acquire: pairs with Release in `try_release`; the last owner's writes are visible.
            match self.word.compare_exchange_weak(word, word - count, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Polls to acquire `count` permits. `waiter` is `None` at the first poll, and again when the
    /// wait is over. A waiter that is still there when the wait is given up must be
    /// [cancelled](Self::cancel).
    pub(crate) fn poll_acquire(
        &self,
        count: usize,
        waiter: &mut Option<Waiter>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        let Some(queued) = waiter else { return self.start_acquire(count, waiter, waker) };
        // Acquire: pairs with Release in `grant`; the writes of the permits' last owners are
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
        count: usize,
        waiter: &mut Option<Waiter>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        if self.try_acquire(count) {
            return Poll::Ready(Ok(()));
        }
        match self.acquire_or_push(count, waker.clone()) {
            Attempt::Granted => Poll::Ready(Ok(())),
            Attempt::Closed => Poll::Ready(Err(Closed)),
            Attempt::Queued(queued) => {
                *waiter = Some(queued);
                Poll::Pending
            }
        }
    }

    fn acquire_or_push(&self, count: usize, waker: Waker) -> Attempt {
        // A parameter outlives the guard, so an unused waker is dropped after the lock is released.
        let mut state = self.lock();
        if state.closed {
            return Attempt::Closed;
        }
        // Relaxed: the exchange decides, and `CONTENDED` does not change while we hold the lock.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            let next = word.checked_sub(count).unwrap_or(CONTENDED);
            // Acquire: pairs with Release in `try_release`; for a permit as in `try_acquire`, and
            // for `CONTENDED` on behalf of all later owners of the lock.
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == CONTENDED => {
                    state.reserved = word;
                    break;
                }
                Ok(_) => return Attempt::Granted,
                Err(now) => word = now,
            }
        }
        Attempt::Queued(state.queue.push(waker, count))
    }

    /// Cancels a waiter for `count` permits. If they were granted, they are released.
    pub(crate) fn cancel(&self, waiter: &Waiter, count: usize) {
        let (waker, next) = {
            let mut state = self.lock();
            let waker = state.queue.remove(waiter);
            let next = match waker {
                // What was reserved for it may be enough for the next waiters.
                Some(_) => self.grant(&mut state),
                None => self.add_permits(&mut state, count),
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

    /// Releases `count` permits. The oldest waiters receive them, if there are any.
    pub(crate) fn release(&self, count: usize) {
        if !self.try_release(count) {
            let next = self.add_permits(&mut self.lock(), count);
            wake_all(next);
        }
    }

    /// Changes the limit: adds or removes as many permits as the limits differ.
    pub(crate) fn set_limit(&self, limit: usize) {
        let wakers = {
            let mut state = self.lock();
            let before = permits(mem::replace(&mut state.limit, limit));
            if let Some(fewer) = before.checked_sub(permits(limit)) {
                self.remove_permits(&mut state, fewer);
                nothing()
            } else {
                self.add_permits(&mut state, permits(limit) - before)
            }
        };
        wake_all(wakers);
    }

    /// Releases permits without the lock. Returns `false` if there are waiters or a debt.
    #[must_use]
    fn try_release(&self, count: usize) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != CONTENDED {
            // Release: pairs with Acquire in `try_acquire`; publishes the owner's writes.
            match self.word.compare_exchange_weak(word, word + count, Release, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Adds `more` permits under the lock: pays the debt, then grants permits to waiters, then
    /// makes the rest available.
    fn add_permits(&self, state: &mut State, more: usize) -> Granted {
        // There may be no waiters any more.
        if self.try_release(more) {
            return nothing();
        }
        let paid = more.min(state.debt);
        state.debt -= paid;
        state.reserved += more - paid;
        self.grant(state)
    }

    /// Grants the reserved permits to the first waiters, as far as they suffice, and leaves
    /// `CONTENDED` if there are no waiters and no debt.
    fn grant(&self, state: &mut State) -> Granted {
        let mut first = None;
        let mut others = Vec::new();
        while state.queue.first().is_some_and(|count| count <= state.reserved) {
            let Some((end, count, waker)) = state.queue.pop() else { break };
            state.reserved -= count;
            // Release: pairs with Acquire in `poll_acquire`; publishes the writes that the lock
            // made visible.
            self.granted.store(end, Release);
            match first {
                None => first = Some(waker),
                Some(_) => others.push(waker),
            }
        }
        if !state.closed && state.debt == 0 && state.queue.is_empty() {
            // Release: pairs with Acquire in `try_acquire`, on behalf of all owners of the lock
            // while the word was `CONTENDED`.
            self.word.store(mem::take(&mut state.reserved), Release);
        }
        first.into_iter().chain(others)
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
        let reserved = fewer.min(state.reserved);
        state.reserved -= reserved;
        state.debt += fewer - reserved;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock happens before the state is changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nothing() -> Granted {
    None.into_iter().chain(Vec::new())
}

/// The number of permits for a limit. `usize::MAX` is reserved for `CONTENDED`.
fn permits(limit: usize) -> usize {
    limit.min(CONTENDED - 1)
}
