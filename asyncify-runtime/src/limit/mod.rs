//! Limits: at most so many at a time, the others wait their turn.
//!
//! A [`Limiter`] is a shared handle to a [`semaphore`], which keeps the permits and, behind a
//! mutex, the [queue](crate::util::wait_queue) of those who wait. [`Acquire`] is the way in,
//! [`LimiterPermit`] the way out. Nothing here knows of tasks or pools, and nothing is `unsafe`.
//!
//! A pool's bounded queue takes its permits from a semaphore of its own, which is closed with the
//! pool. Limiters are never closed.
//!
//! # Why not a semaphore from elsewhere
//!
//! A limit that changes while permits are out, strict first come, first served, a permit that is
//! handed over rather than put up for grabs, and all of it model-checked: no peer has the four.
//! The rule that makes the whole simple, below, also makes the path on which nobody waits two
//! instructions on one word.
//!
//! # Invariants
//!
//! 1. *Sum.* `limit + debt = spare + taken`, where a permit is taken from the moment it is handed
//!    to a waiter, not from when the waiter notices.
//! 2. *Word.* The semaphore's word is either the number of spare permits, when nobody waits and
//!    nothing is owed; or it says [`CONTENDED`](semaphore::CONTENDED), and then nothing is spare.
//!    So whoever finds a spare permit may take it without passing anybody.
//! 3. *Lock.* The word becomes `CONTENDED`, and changes while it is, under the lock alone. So under
//!    the lock a `CONTENDED` that was seen still stands, and a number may change at any time.
//! 4. *Debt.* Lowering the limit takes away spare permits first; the rest is owed, and the next
//!    permits that come back pay for it before anybody is admitted.
//! 5. *Grant.* Permits are granted to waiters in the order of their numbers, under the lock; so the
//!    number that all who were granted one are below of tells each of them, without the lock, that
//!    it has its permit.
//! 6. *Close.* A closed semaphore stays `CONTENDED`, and its queue empty. Who was in the queue at
//!    that moment is not below the number of rule 5, which stands still from then on.
//! 7. *User code* (wakers: cloned, woken, dropped) never runs under the lock.

mod acquire;
mod held;
mod limiter;
#[cfg(all(test, asyncify_loom))]
mod models;
mod permit;
mod queue_permit;
mod semaphore;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

pub use acquire::Acquire;
pub(crate) use held::HeldPermit;
pub use limiter::Limiter;
pub use permit::LimiterPermit;
pub(crate) use queue_permit::{NoQueuePermit, QueuePermit, QueuePermits};
pub(crate) use semaphore::{Closed, Semaphore};
