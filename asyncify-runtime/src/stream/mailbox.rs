//! What producer and consumer share.

use std::collections::VecDeque;
use std::mem;
use std::task::{Context, Waker};

use super::producer::Pace;
use crate::sync::{Mutex, MutexGuard};
use crate::task::JoinError;
use crate::util::{drop_quietly, wake_all};

/// The most items that wait before it is known how quickly they are made.
const FIRST: usize = 16;

/// Items on their way, and who has the iterator.
pub(super) struct Mailbox<I: Iterator> {
    /// Never held while the iterator, an item's destructor or a waker runs.
    state: Mutex<State<I>>,
    /// The highest that the limit can be.
    ahead: usize,
    at_end: AtEnd,
}

/// What becomes of an iterator that has come to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AtEnd {
    /// It is dropped before anybody hears of the end: a file that it read is closed then.
    Drop,
    /// It is kept for its owner.
    Keep,
}

struct State<I: Iterator> {
    items: VecDeque<I::Item>,
    /// At most so many items wait.
    limit: usize,
    source: Source<I>,
    /// Who waits for an item.
    consumer: Option<Waker>,
}

/// Where the iterator is.
enum Source<I> {
    /// Not made yet, or with the job that runs.
    Away,
    /// Here, because the mailbox was full, or the iterator was called back.
    Parked(Box<I>),
    /// With the job, which is to bring it back after the next item.
    CalledBack,
    Ended(Option<Box<I>>),
    /// The job panicked, or never ran.
    Failed(JoinError),
    /// The consumer is gone.
    Closed,
}

/// What the consumer found.
pub(super) enum Taken<I> {
    /// Items, and the iterator if it waits to be sent for more.
    Items { parked: Option<Box<I>> },
    /// No item, but the iterator.
    Parked(Box<I>),
    /// Neither; the consumer will be woken.
    Nothing,
    /// No more items come.
    End,
}

impl<I: Iterator> Mailbox<I> {
    /// A mailbox for `ahead` items; `source` is its iterator, if that is made already.
    pub(super) fn new(ahead: usize, source: Option<Box<I>>, at_end: AtEnd) -> Self {
        assert!(ahead > 0, "a stream needs room for one item at least");
        let source = source.map_or(Source::Away, Source::Parked);
        let limit = ahead.min(FIRST);
        let state = State { items: VecDeque::new(), limit, source, consumer: None };
        Self { state: Mutex::new(state), ahead, at_end }
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Delivers an item. Gives the iterator back if the producer shall go on.
    pub(super) fn put(&self, item: I::Item, source: Box<I>, pace: &Pace) -> Option<Box<I>> {
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            // One by one: both may panic.
            drop_quietly(item);
            drop_quietly(source);
            return None;
        }
        state.items.push_back(item);
        if state.items.len() >= state.limit && pace.makes(state.limit * 2) {
            state.limit = (state.limit * 2).min(self.ahead);
        }
        let called_back = matches!(state.source, Source::CalledBack);
        let go_on = if called_back || state.items.len() >= state.limit {
            state.source = Source::Parked(source);
            None
        } else {
            Some(source)
        };
        let consumer = state.consumer.take();
        drop(state);
        wake_all(consumer);
        go_on
    }

    /// No more items come.
    pub(super) fn end(&self, source: Box<I>) {
        let kept = match self.at_end {
            AtEnd::Keep => Some(source),
            AtEnd::Drop => {
                drop(source);
                None
            }
        };
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            return;
        }
        state.source = Source::Ended(kept);
        let consumer = state.consumer.take();
        drop(state);
        wake_all(consumer);
    }

    /// No more items come, because the job that had the iterator failed.
    pub(super) fn fail(&self, error: JoinError) {
        let mut state = self.lock();
        // A job that brought the iterator back has done what it had to.
        if let Source::Away | Source::CalledBack = state.source {
            state.source = Source::Failed(error);
        }
    }

    /// Whether an item would have to be waited for.
    pub(super) fn is_empty(&self) -> bool {
        let state = self.lock();
        state.items.is_empty() && matches!(state.source, Source::Away)
    }

    /// Moves all items into `batch`, which is empty.
    pub(super) fn take(&self, batch: &mut VecDeque<I::Item>, cx: &Context<'_>) -> Taken<I> {
        // Cloned and dropped outside of the lock. A clone that panics has changed nothing; a drop that
        // panics must not lose what was taken.
        let mut waker = Some(cx.waker().clone());
        let taken = self.take_or_register(batch, &mut waker);
        drop_quietly(waker);
        taken
    }

    /// Registers the waker where there is nothing to take, and leaves the one before in its place.
    fn take_or_register(
        &self,
        batch: &mut VecDeque<I::Item>,
        waker: &mut Option<Waker>,
    ) -> Taken<I> {
        let mut state = self.lock();
        let has_items = !state.items.is_empty();
        if has_items {
            // The storage goes to and fro.
            mem::swap(batch, &mut state.items);
        }
        let parked = state.take_parked();
        if has_items {
            return Taken::Items { parked };
        }
        if let Some(source) = parked {
            return Taken::Parked(source);
        }
        if !matches!(state.source, Source::Away | Source::CalledBack) {
            return Taken::End;
        }
        mem::swap(&mut state.consumer, waker);
        Taken::Nothing
    }

    /// What the stream ended with instead of its last item, once.
    pub(super) fn take_failure(&self) -> Option<JoinError> {
        let mut state = self.lock();
        match mem::replace(&mut state.source, Source::Ended(None)) {
            Source::Failed(error) => Some(error),
            other => {
                state.source = other;
                None
            }
        }
    }

    /// The iterator, if it is here; else it is called back. Whoever asks is woken by the end of the
    /// job. An error says that it is lost.
    pub(super) fn call_back(&self) -> Result<Option<Box<I>>, Option<JoinError>> {
        let mut state = self.lock();
        match mem::replace(&mut state.source, Source::Closed) {
            Source::Away | Source::CalledBack => {
                state.source = Source::CalledBack;
                Ok(None)
            }
            Source::Parked(source) | Source::Ended(Some(source)) => Ok(Some(source)),
            Source::Failed(error) => Err(Some(error)),
            Source::Ended(None) | Source::Closed => Err(None),
        }
    }

    /// The consumer is gone: gives what it leaves behind, to be dropped elsewhere.
    pub(super) fn close(&self) -> (VecDeque<I::Item>, Option<Box<I>>) {
        let mut state = self.lock();
        let items = mem::take(&mut state.items);
        let consumer = state.consumer.take();
        let source = mem::replace(&mut state.source, Source::Closed);
        drop(state);
        drop_quietly(consumer);
        let source = match source {
            Source::Parked(source) => Some(source),
            Source::Ended(source) => source,
            // The payload of a panic is the user's too.
            Source::Failed(error) => {
                drop_quietly(error);
                None
            }
            Source::Away | Source::CalledBack | Source::Closed => None,
        };
        (items, source)
    }
}

impl<I: Iterator> State<I> {
    fn take_parked(&mut self) -> Option<Box<I>> {
        match mem::replace(&mut self.source, Source::Away) {
            Source::Parked(source) => Some(source),
            other => {
                self.source = other;
                None
            }
        }
    }
}
