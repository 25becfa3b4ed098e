//! Limits: at most so many at a time, the others wait their turn.
//!
//! A [`Limiter`] is a shared handle to a [`semaphore`], which keeps the permits and, behind a
//! mutex, the [`line`](self::line) of those who wait. [`Acquire`] is the way in, [`LimiterPermit`]
//! the way out. Nothing here knows of tasks or pools, and nothing is `unsafe`.
//!
//! # Why not a semaphore from elsewhere
//!
//! A limit that changes while permits are out, strict first come, first served, a permit that is
//! handed over rather than put up for grabs, and all of it model-checked: no peer has the four.
//! `event-listener` passes a notification on when its receiver is dropped, but cannot say that
//! nobody was there to take it, and a permit that rides on it would be lost. The rule that makes
//! the whole simple, below, also makes the path without a line two instructions on one word.
//!
//! # Invariants
//!
//! 1. *Sum.* `limit + debt = spare + taken`, where a permit is taken from the moment it is handed
//!    to a waiter, not from when the waiter notices.
//! 2. *Word.* The semaphore's word is either the number of spare permits, when nobody waits and
//!    nothing is owed; or it says [`LINE`](semaphore::LINE), and then nothing is spare. So whoever
//!    finds a spare permit may take it without passing anybody.
//! 3. *Lock.* The word becomes `LINE`, and changes while it is, under the lock alone. So under the
//!    lock a `LINE` that was seen still stands, and a number may change at any time.
//! 4. *Debt.* Lowering the limit takes away spare permits first; the rest is owed, and the next
//!    permits that come back pay for it before anybody is admitted.
//! 5. *Call.* Tickets are called in the order of their numbers, under the lock; so the number that
//!    all who were called are below of tells each of them, without the lock, that it has its permit.
//! 6. *User code* (wakers: cloned, woken, dropped) never runs under the lock.

mod acquire;
mod limiter;
mod line;
#[cfg(all(test, asyncify_loom))]
mod models;
mod permit;
mod semaphore;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

pub use acquire::Acquire;
pub use limiter::Limiter;
pub use permit::LimiterPermit;
