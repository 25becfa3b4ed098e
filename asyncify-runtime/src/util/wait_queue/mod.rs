//! The crate's one queue of waiting tasks, and an event to wait for.
//!
//! [`WaitQueue`] is the data structure: first in, first out, and a waiter may leave from the middle.
//! Whoever owns one puts it behind a mutex of its own, beside whatever the waiters wait for:
//! `limit`'s semaphore (which also hands out the permits of bounded queues) and [`Event`], which
//! cancellation and the end of pools are made of.
//!
//! # Rules
//!
//! 1. The lock of a queue guards the queue and never runs code of the user's: wakers are cloned
//!    before it is taken, and dropped and woken after it was given up.
//! 2. A waker is woken by [`util::wake`](crate::util::wake), which catches its panic, so that every
//!    other waiter is woken as well. One that is not needed is dropped as quietly.
//! 3. A waiter is notified in the moment in which its entry leaves the queue, not when its waker is
//!    called: a waker may do anything, which includes to poll, or to drop, any other waiter.

mod event;
#[cfg(all(test, asyncify_loom))]
mod models;
mod queue;

pub(crate) use self::event::Event;
pub(crate) use self::queue::{WaitQueue, Waiter, is_notified};
