//! The queue of waiting tasks that the whole crate uses, and an event.
//!
//! [`WaitQueue`] is the data structure: first in, first out, and a waiter can be removed from the
//! middle. Its owner protects it with a mutex, together with the state that the tasks wait for. The
//! owners are the semaphore of `limit`, which also grants the permits of bounded queues, and
//! [`Event`], which is used for cancellation and the shutdown of pools.
//!
//! # Rules
//!
//! 1. User code never runs under the lock of a queue: wakers are cloned before it is taken, and
//!    dropped and woken after it is released.
//! 2. A waker is woken by [`util::wake`](crate::util::wake), which catches its panic, so that every
//!    other waiter is woken as well. The panic of a waker that is dropped is caught in the same
//!    way.
//! 3. A waiter counts as notified when its entry leaves the queue, not when its waker is called: a
//!    waker may run any code, and may poll or drop any other waiter.

mod event;
#[cfg(all(test, asyncify_loom))]
mod models;
mod queue;

pub(crate) use self::event::Event;
pub(crate) use self::queue::{WaitQueue, Waiter, is_notified};
