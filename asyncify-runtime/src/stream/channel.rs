//! The channel between the producer and the consumer of a stream.
//!
//! Besides items it holds the iterator itself, while no job advances it.

use std::collections::VecDeque;
use std::mem;
use std::task::Context;

use super::linger::{WaitEnd, WakeUp};
use super::producer::Rate;
use super::shared_state::{SharedState, Waits};
use crate::task::JoinError;
use crate::util::drop_quietly;

/// The capacity before the rate of the producer is known.
const INITIAL_CAPACITY: usize = 16;

/// A bounded single-producer, single-consumer channel, and the state of the iterator.
pub(super) struct Channel<I: Iterator> {
    state: SharedState<State<I>>,
    max_capacity: usize,
    on_exhausted: OnExhausted,
}

/// What the producer does with an exhausted iterator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnExhausted {
    /// Drops it before the consumer sees the end: a file that it read is closed by then.
    Drop,
    /// Keeps it for its owner.
    Keep,
}

struct State<I: Iterator> {
    items: VecDeque<I::Item>,
    /// The number of items at which the producer stops.
    capacity: usize,
    iterator: IteratorState<I>,
    /// When to wake the consumer, while it waits.
    wake_up: WakeUp,
}

enum IteratorState<I> {
    /// A job advances it, or has yet to create it.
    InUse,
    /// No job advances it: none has started, the channel was full, or its return was requested.
    Idle(Box<I>),
    /// A job advances it, and returns it after the next item.
    ReturnRequested,
    /// It has returned `None`.
    Exhausted(Option<Box<I>>),
    /// The job panicked or never ran.
    Failed(JoinError),
    /// The consumer was dropped, or has taken the iterator.
    Closed,
}

/// What the consumer received.
pub(super) enum Received<I> {
    /// Items, and the iterator if the producer has stopped.
    Items { idle: Option<Box<I>>, end: WaitEnd },
    /// No items, but the iterator: the producer has stopped.
    Idle(Box<I>),
    /// Nothing yet. The consumer's waker is registered.
    Pending,
    /// No more items will follow.
    End,
}

impl<I: Iterator> Channel<I> {
    /// Creates a channel that holds at most `max_capacity` items. If `iterator` is `None`, the
    /// first job creates the iterator.
    pub(super) fn new(
        max_capacity: usize,
        iterator: Option<Box<I>>,
        on_exhausted: OnExhausted,
    ) -> Self {
        assert!(max_capacity > 0, "a stream needs room for one item at least");
        let iterator = iterator.map_or(IteratorState::InUse, IteratorState::Idle);
        let capacity = max_capacity.min(INITIAL_CAPACITY);
        let state = State { items: VecDeque::new(), capacity, iterator, wake_up: WakeUp::NextItem };
        Self { state: SharedState::new(state), max_capacity, on_exhausted }
    }

    /// Sends an item. Returns the iterator if the producer should continue.
    pub(super) fn send(&self, item: I::Item, iterator: Box<I>, rate: &Rate) -> Option<Box<I>> {
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            // Separately: either destructor may panic.
            drop_quietly(item);
            drop_quietly(iterator);
            return None;
        }
        state.items.push_back(item);
        let items = state.items.len();
        if (items == state.capacity / 2 || items >= state.capacity)
            && rate.allows(state.capacity * 2)
        {
            state.capacity = (state.capacity * 2).min(self.max_capacity);
        }
        let return_requested = matches!(state.iterator, IteratorState::ReturnRequested);
        if return_requested || items >= state.capacity {
            state.iterator = IteratorState::Idle(iterator);
            state.wake_consumer();
            return None;
        }
        let half = state.capacity / 2;
        let due = state.is_awaited() && state.wake_up.is_due(items, half);
        state.wake_consumer_if(due);
        Some(iterator)
    }

    /// Ends the channel: the iterator is exhausted.
    pub(super) fn end(&self, iterator: Box<I>) {
        let kept = match self.on_exhausted {
            OnExhausted::Keep => Some(iterator),
            OnExhausted::Drop => {
                drop(iterator);
                None
            }
        };
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            return;
        }
        state.iterator = IteratorState::Exhausted(kept);
        state.wake_consumer();
    }

    /// Ends the channel: the job that had the iterator has failed.
    pub(super) fn fail(&self, error: JoinError) {
        let mut state = self.state.lock();
        // A job that returned the iterator has done its work.
        if let IteratorState::InUse | IteratorState::ReturnRequested = state.iterator {
            state.iterator = IteratorState::Failed(error);
        }
    }

    /// Moves all items into `batch`, which must be empty, or registers the waker of `cx`, for a
    /// consumer that lingers or not.
    pub(super) fn recv(
        &self,
        batch: &mut VecDeque<I::Item>,
        lingers: bool,
        cx: &Context<'_>,
    ) -> Received<I> {
        self.state.receive(cx, |state| {
            let idle = state.take_idle();
            let received = if !state.items.is_empty() {
                // The two allocations are reused in turns.
                mem::swap(batch, &mut state.items);
                let woken = !state.is_awaited();
                Received::Items { idle, end: state.wake_up.end_wait(batch.len(), woken) }
            } else if let Some(iterator) = idle {
                Received::Idle(iterator)
            } else if let IteratorState::InUse | IteratorState::ReturnRequested = state.iterator {
                state.wake_up.begin_wait(lingers);
                return (Received::Pending, Waits::Yes);
            } else {
                Received::End
            };
            (received, Waits::No)
        })
    }

    /// Returns the error that ended the channel, once.
    pub(super) fn take_failure(&self) -> Option<JoinError> {
        let mut state = self.state.lock();
        match mem::replace(&mut state.iterator, IteratorState::Exhausted(None)) {
            IteratorState::Failed(error) => Some(error),
            other => {
                state.iterator = other;
                None
            }
        }
    }

    /// Takes the iterator, or requests its return: `Ok(None)`, and the job ends after the next
    /// item.
    ///
    /// # Errors
    ///
    /// If the iterator is lost. `Err(None)`: the failure was reported before.
    pub(super) fn reclaim(&self) -> Result<Option<Box<I>>, Option<JoinError>> {
        let mut state = self.state.lock();
        match mem::replace(&mut state.iterator, IteratorState::Closed) {
            IteratorState::InUse | IteratorState::ReturnRequested => {
                state.iterator = IteratorState::ReturnRequested;
                Ok(None)
            }
            IteratorState::Idle(iterator) | IteratorState::Exhausted(Some(iterator)) => {
                Ok(Some(iterator))
            }
            IteratorState::Failed(error) => Err(Some(error)),
            IteratorState::Exhausted(None) | IteratorState::Closed => Err(None),
        }
    }

    /// Closes the channel on behalf of the consumer. Returns what is left, for the caller to drop.
    pub(super) fn close(&self) -> (VecDeque<I::Item>, Option<Box<I>>) {
        let mut state = self.state.lock();
        let items = mem::take(&mut state.items);
        let iterator = mem::replace(&mut state.iterator, IteratorState::Closed);
        state.remove_consumer();
        let iterator = match iterator {
            IteratorState::Idle(iterator) => Some(iterator),
            IteratorState::Exhausted(iterator) => iterator,
            // The payload of a panic is a user's value.
            IteratorState::Failed(error) => {
                drop_quietly(error);
                None
            }
            IteratorState::InUse | IteratorState::ReturnRequested | IteratorState::Closed => None,
        };
        (items, iterator)
    }
}

impl<I: Iterator> State<I> {
    fn take_idle(&mut self) -> Option<Box<I>> {
        match mem::replace(&mut self.iterator, IteratorState::InUse) {
            IteratorState::Idle(iterator) => Some(iterator),
            other => {
                self.iterator = other;
                None
            }
        }
    }
}
