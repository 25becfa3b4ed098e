//! Limits on the number of concurrent calls.
//!
//! A [`Limiter`] is a shared handle to a [`semaphore`], which consists of an atomic word with the
//! available permits and, behind a mutex, the [wait queue](crate::util::wait_queue). [`Acquire`]
//! waits for a permit, and dropping a [`LimiterPermit`] releases it. This module does not depend on
//! tasks or pools, and contains no `unsafe` code.
//!
//! A pool's bounded queue takes its permits from a semaphore of its own, which is closed with the
//! pool. Limiters are never closed.
//!
//! # Why not an existing semaphore
//!
//! This one combines a limit that can change while permits are in use, strict first come, first
//! served order, direct handover of released permits, and model checking; no other crate has all
//! four. Rule 2 below, which keeps the protocol simple, also keeps the uncontended path short: one
//! load and one compare-exchange.
//!
//! # Invariants
//!
//! 1. *Sum.* `limit + debt = available + reserved + taken`. A permit counts as taken from the
//!    moment it is granted to a waiter, not from the moment the waiter is polled.
//! 2. *Word.* The word is the number of available permits if there are no waiters and no debt.
//!    Otherwise it is [`CONTENDED`](semaphore::CONTENDED), and no permit is available. So an
//!    available permit can be taken without overtaking a waiter. Only then are permits reserved.
//! 3. *Lock.* The word changes to and from `CONTENDED` only under the lock. So a `CONTENDED` that
//!    is seen under the lock remains valid, while a number may change at any time.
//! 4. *Debt.* Lowering the limit removes available and reserved permits first; the rest becomes
//!    debt. Released permits pay the debt before they are granted to waiters. So permits are
//!    reserved only if there is no debt.
//! 5. *Grant.* Permits are granted in the order of the waiters' numbers, under the lock, and
//!    `granted` is the number after the last grant. So a waiter sees without the lock whether it
//!    has been granted its permits: its number is below `granted`. What does not suffice for the
//!    first waiter stays *reserved* for it, so later waiters for fewer permits do not starve it.
//! 6. *Close.* A closed semaphore stays `CONTENDED`, and its queue stays empty. `granted` does not
//!    change after the close, so the numbers of the waiters that the close removed are not below
//!    it.
//! 7. *User code* (wakers that are cloned, woken or dropped) never runs under the lock.

mod acquire;
mod held;
mod limiter;
mod metrics;
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
pub use metrics::LimiterMetrics;
pub use permit::LimiterPermit;
pub(crate) use queue_permit::{NoQueuePermit, QueuePermit, QueuePermits};
pub(crate) use semaphore::{Closed, Semaphore};
