//! The permits: one word for the spare ones, and a lock for everything that makes callers wait.

use std::sync::PoisonError;
use std::task::Waker;

use super::line::{Line, Ticket, Turn};
use crate::sync::Ordering::Release;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering::Acquire, Ordering::Relaxed};
use crate::util::wake_all;

/// The word when somebody waits or permits are owed: ask under the lock.
pub(super) const LINE: usize = usize::MAX;

pub(super) struct Semaphore {
    /// The number of spare permits, or [`LINE`].
    ///
    /// A permit that comes back publishes what its holder did (Release), and whoever takes a
    /// permit sees it (Acquire): the changes in between are read-modify-writes, which carry it on.
    /// A change to `LINE` sees it likewise, the lock carries it on from there, and the change back
    /// publishes it again.
    word: AtomicUsize,
    /// All tickets before this number were called, or have left. Changed under the lock alone.
    called: AtomicUsize,
    book: Mutex<Book>,
}

/// What the lock guards.
struct Book {
    limit: usize,
    /// Permits that are out above the limit, since it was lowered.
    debt: usize,
    line: Line,
}

impl Semaphore {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            word: AtomicUsize::new(permits(limit)),
            called: AtomicUsize::new(0),
            book: Mutex::new(Book { limit, debt: 0, line: Line::new() }),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.lock().limit
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().line.len()
    }

    pub(super) fn spare(&self) -> usize {
        // Relaxed: a number to look at; nothing follows from it.
        match self.word.load(Relaxed) {
            LINE => 0,
            spare => spare,
        }
    }

    /// Takes a spare permit. `false`: none is, or others wait for it.
    #[must_use]
    pub(super) fn try_acquire(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != 0 && word != LINE {
            // Acquire: pairs with Release in `try_release`; what the last holder did is seen.
            match self.word.compare_exchange_weak(word, word - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Takes a permit (`None`), or a place in the line.
    #[must_use]
    pub(super) fn acquire_or_join(&self, waker: Waker) -> Option<Ticket> {
        // A parameter outlives the guard: a waker that is not needed is dropped without the lock.
        let mut book = self.lock();
        // Relaxed: the exchange decides, and a `LINE` that is seen under the lock stands.
        let mut word = self.word.load(Relaxed);
        while word != LINE {
            let next = word.checked_sub(1).unwrap_or(LINE);
            // Acquire: pairs with Release in `try_release`, for the permit as in `try_acquire`, and
            // for `LINE` on behalf of all who pass the lock after us.
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == LINE => break,
                Ok(_) => return None,
                Err(now) => word = now,
            }
        }
        Some(book.line.join(waker))
    }

    /// Exchanges the ticket for the permit, if that was handed over to it (`true`); if not, `waker`
    /// is woken once it is.
    #[must_use]
    pub(super) fn claim(&self, ticket: &Ticket, waker: &Waker) -> bool {
        // Acquire: pairs with Release in `call`; what the permit's last holder did is seen.
        if ticket.is_before(self.called.load(Acquire)) {
            return true;
        }
        let turn = self.lock().line.turn(ticket, waker);
        match turn {
            Turn::Called => true,
            Turn::Waits => false,
            Turn::WaitsElsewhere => {
                let fresh = waker.clone();
                let (turn, _unneeded) = {
                    let mut book = self.lock();
                    let unneeded = book.line.set_waker(ticket, fresh);
                    (book.line.turn(ticket, waker), unneeded)
                };
                matches!(turn, Turn::Called)
            }
        }
    }

    /// Takes the ticket back from a waiter that gives up. If it was called, the next one is.
    pub(super) fn give_up(&self, ticket: &Ticket) {
        let (waker, next) = {
            let mut book = self.lock();
            let waker = book.line.leave(ticket);
            let next = match waker {
                Some(_) => {
                    self.settle(&book);
                    None
                }
                None => self.pass_on(&mut book),
            };
            (waker, next)
        };
        wake_all(next);
        drop(waker);
    }

    /// Gives a permit back: to the oldest waiter, if there is one.
    pub(super) fn release(&self) {
        if !self.try_release() {
            let next = self.pass_on(&mut self.lock());
            wake_all(next);
        }
    }

    /// Admits as many more, or takes as many permits out of circulation, as the limits differ.
    pub(super) fn set_limit(&self, limit: usize) {
        let admitted = {
            let mut book = self.lock();
            let before = permits(std::mem::replace(&mut book.limit, limit));
            if let Some(fewer) = before.checked_sub(permits(limit)) {
                self.withdraw(&mut book, fewer);
                Vec::new()
            } else {
                self.add(&mut book, permits(limit) - before)
            }
        };
        wake_all(admitted);
    }

    /// Gives a permit back without the lock. `false`: somebody waits for it or it is owed.
    #[must_use]
    fn try_release(&self) -> bool {
        // Relaxed: the exchange decides.
        let mut word = self.word.load(Relaxed);
        while word != LINE {
            // Release: pairs with Acquire in `try_acquire`; publishes what the holder did.
            match self.word.compare_exchange_weak(word, word + 1, Release, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Gives a permit back under the lock, to whom it belongs.
    fn pass_on(&self, book: &mut Book) -> Option<Waker> {
        // The line may have ended since the permit's holder saw it.
        if self.try_release() {
            return None;
        }
        let next = match book.debt.checked_sub(1) {
            Some(debt) => {
                book.debt = debt;
                None
            }
            None => self.call(book),
        };
        self.settle(book);
        next
    }

    /// Hands a permit over to the first one in the line, who is to be woken.
    fn call(&self, book: &mut Book) -> Option<Waker> {
        let (end, waker) = book.line.call()?;
        // Release: pairs with Acquire in `claim`; passes on what the lock let us see.
        self.called.store(end, Release);
        Some(waker)
    }

    /// Puts `more` permits in circulation: pays the debt, admits waiters, spares the rest.
    fn add(&self, book: &mut Book, more: usize) -> Vec<Waker> {
        let paid = more.min(book.debt);
        book.debt -= paid;
        let admitted: Vec<_> = (paid..more).map_while(|_| self.call(book)).collect();
        self.settle(book);
        let rest = more - paid - admitted.len();
        if rest > 0 {
            // The line has ended, if there was one, and none can form without the lock.
            // Release: pairs with Acquire in `try_acquire`; whom a raise admits sees what led to it.
            self.word.fetch_add(rest, Release);
        }
        admitted
    }

    /// Takes `fewer` permits out of circulation: the spare ones first, the rest is owed.
    fn withdraw(&self, book: &mut Book, fewer: usize) {
        // Relaxed: as in `acquire_or_join`.
        let mut word = self.word.load(Relaxed);
        while word != LINE {
            // Acquire: as in `acquire_or_join`.
            let next = word.checked_sub(fewer).unwrap_or(LINE);
            match self.word.compare_exchange_weak(word, next, Acquire, Relaxed) {
                Ok(_) if next == LINE => {
                    book.debt = fewer - word;
                    return;
                }
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        book.debt += fewer;
    }

    /// Ends the line once nobody waits and nothing is owed.
    fn settle(&self, book: &Book) {
        // Relaxed: under the lock a `LINE` stands, and only that is asked.
        if self.word.load(Relaxed) == LINE && book.debt == 0 && book.line.is_empty() {
            // Release: pairs with Acquire in `try_acquire`, on behalf of all who held the lock while
            // the line stood.
            self.word.store(0, Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // Whatever panics under the lock does so before it changes anything.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many permits a limit stands for: the largest number is taken, by `LINE`.
fn permits(limit: usize) -> usize {
    limit.min(LINE - 1)
}
