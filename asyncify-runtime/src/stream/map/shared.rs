//! What workers and consumer share.

use std::any::Any;
use std::collections::VecDeque;
use std::mem;
use std::task::{Context, Waker};
use std::time::Duration;

use super::pace::Pace;
use super::shelf::{Done, Results, Shelf};
use crate::call::SpawnOptions;
use crate::sync::{Mutex, MutexGuard};
use crate::task::JoinHandle;
use crate::util::{drop_all_quietly, drop_quietly, wake_all};

pub(super) struct Shared<I: Iterator, F, R, O: Shelf<R>> {
    pub(super) options: SpawnOptions,
    pub(super) f: F,
    state: Mutex<State<I, R, O>>,
}

/// See the invariants of the module.
struct State<I: Iterator, R, O: Shelf<R>> {
    source: Source<I>,
    /// The number of the iterator's next item.
    next: usize,
    /// Items that nobody works on yet, the oldest first.
    waiting: Load<I>,
    results: O::Results,
    /// Items that left the iterator and whose results the consumer has not taken.
    out: usize,
    pace: Pace,
    limits: Limits,
    /// Workers that were sent and have not left.
    workers: usize,
    /// Those of them that have not arrived.
    arriving: usize,
    /// Those of them that work on a load.
    working: usize,
    /// All but the one that was sent last by the consumer, to be cancelled.
    kept: Vec<JoinHandle<()>>,
    /// Who waits for a result.
    consumer: Option<Waker>,
}

pub(super) struct Limits {
    pub(super) concurrency: usize,
    pub(super) batch: usize,
}

enum Source<I> {
    Here(Box<I>),
    /// A worker advances it.
    Away,
    Ended,
    /// The consumer is gone.
    Closed,
}

/// Items that a worker has in hand, with their numbers.
pub(super) type Load<I> = VecDeque<(usize, <I as Iterator>::Item)>;

/// What the consumer found.
pub(super) enum Taken {
    /// Results; and whether it is to send a worker.
    Done { wanted: bool },
    /// No result, but the consumer will be woken; and whether it is to send a worker.
    Nothing { wanted: bool },
    /// No more results come.
    End,
}

/// What became of a new item.
pub(super) enum Added {
    Wanted,
    /// A worker is to be sent for it.
    SendWorker,
    /// The consumer is gone.
    Unwanted,
}

/// What a worker found.
pub(super) enum Work<I> {
    /// Items, which are in its load now.
    Load,
    /// The iterator, to be asked for so many items.
    Source(Box<I>, usize),
    /// Nothing that it could do; it is not counted any more.
    Nothing,
}

impl<I: Iterator, F, R, O: Shelf<R>> Shared<I, F, R, O> {
    pub(super) fn new(options: SpawnOptions, items: I, f: F) -> Self {
        let state = State {
            source: Source::Here(Box::new(items)),
            next: 0,
            waiting: VecDeque::new(),
            results: O::Results::default(),
            out: 0,
            pace: Pace::new(),
            limits: Limits { concurrency: 512, batch: 256 },
            workers: 0,
            arriving: 0,
            working: 0,
            kept: Vec::new(),
            consumer: None,
        };
        Self { options, f, state: Mutex::new(state) }
    }

    pub(super) fn set(&self, set: impl FnOnce(&mut Limits)) {
        set(&mut self.lock().limits);
    }

    fn lock(&self) -> MutexGuard<'_, State<I, R, O>> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A worker is there.
    pub(super) fn arrive(&self) {
        self.lock().arriving -= 1;
    }

    /// Fills a worker's load, or gives it the iterator to ask for more, or dismisses it.
    pub(super) fn find_work(&self, load: &mut Load<I>) -> Work<I> {
        let mut state = self.lock();
        let count = state.pace.load(state.limits.batch);
        if state.may_work() {
            state.working += 1;
            let count = count.min(state.waiting.len());
            load.extend(state.waiting.drain(..count));
            return Work::Load;
        }
        let count = count.min(state.room());
        if count > 0 {
            if let Some(source) = state.source.take() {
                return Work::Source(source, count);
            }
        }
        let consumer = state.leave();
        drop(state);
        wake_all(consumer);
        Work::Nothing
    }

    /// Takes an item from whoever advances the iterator.
    pub(super) fn add(&self, item: I::Item) -> Added {
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            drop_quietly(item);
            return Added::Unwanted;
        }
        let number = state.next_number();
        state.waiting.push_back((number, item));
        // The next item may take its time: somebody else has to work on this one if it is urgent.
        if state.consumer.is_some() && state.may_work() && state.claim_worker() {
            Added::SendWorker
        } else {
            Added::Wanted
        }
    }

    /// Takes a panic of the iterator, in the place of its next item.
    pub(super) fn add_panic(&self, payload: Box<dyn Any + Send>) {
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            drop_quietly(payload);
            return;
        }
        let number = state.next_number();
        state.results.put(number, Err(payload));
        let consumer = state.consumer_if_ready();
        drop(state);
        wake_all(consumer);
    }

    /// Brings the iterator back; `None`, if it has ended.
    pub(super) fn bring_back(&self, source: Option<Box<I>>) {
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            drop_quietly(source);
            return;
        }
        state.source = source.map_or(Source::Ended, Source::Here);
        // The end comes with the last result, or here if that was taken already.
        let ended = matches!(state.source, Source::Ended) && state.out == 0;
        let consumer = if ended { state.consumer.take() } else { None };
        drop(state);
        wake_all(consumer);
    }

    /// Takes what a worker has done, and the items that it did not come to.
    pub(super) fn deliver(
        &self,
        done: &mut Vec<(usize, Done<R>)>,
        rest: &mut Load<I>,
        time: Duration,
    ) {
        let mut state = self.lock();
        state.working -= 1;
        if let Source::Closed = state.source {
            drop(state);
            // One by one: the worker has been counted, and must not unwind.
            drop_all_quietly(done.drain(..));
            drop_all_quietly(rest.drain(..));
            return;
        }
        let batch = state.limits.batch;
        state.pace.learn(done.len(), time, batch);
        for (number, done) in done.drain(..) {
            state.results.put(number, done);
        }
        while let Some(item) = rest.pop_back() {
            state.waiting.push_front(item);
        }
        let consumer = state.consumer_if_ready();
        drop(state);
        wake_all(consumer);
    }

    /// Counts one more worker, if there is work for one. The caller sends it.
    pub(super) fn claim_worker(&self) -> bool {
        self.lock().claim_worker()
    }

    /// A worker is gone that was not dismissed.
    pub(super) fn lose_worker(&self, arrived: bool, working: bool) {
        let mut state = self.lock();
        state.arriving -= usize::from(!arrived);
        state.working -= usize::from(working);
        let consumer = state.leave();
        drop(state);
        wake_all(consumer);
    }

    /// Starts the job of a worker that another worker sends. In a full queue it waits for its turn by
    /// itself: there may be nobody else to come for an item.
    pub(super) fn spawn(&self, worker: impl FnOnce() + Send + 'static) {
        self.keep(self.options.spawn(worker).into_handle());
    }

    /// Keeps the handle of a worker, to cancel it.
    pub(super) fn keep(&self, worker: JoinHandle<()>) {
        let mut state = self.lock();
        if let Source::Closed = state.source {
            drop(state);
            worker.abort();
            return;
        }
        let mut finished = Vec::new();
        if state.kept.len() == state.kept.capacity() {
            // As often as the list would grow: the cost is spread over the additions.
            let kept = mem::take(&mut state.kept);
            (finished, state.kept) = kept.into_iter().partition(JoinHandle::is_finished);
        }
        state.kept.push(worker);
        drop(state);
        // A handle may own a waker, or the payload of a panic.
        drop_all_quietly(finished);
    }

    /// Moves the results that can be given into `batch`, which is empty.
    pub(super) fn take(&self, batch: &mut VecDeque<Done<R>>, cx: &Context<'_>) -> Taken {
        // Cloned and dropped outside of the lock. A clone that panics has changed nothing; a drop that
        // panics must not lose what was taken, nor the worker that was counted.
        let mut waker = Some(cx.waker().clone());
        let taken = self.take_or_register(batch, &mut waker);
        drop_quietly(waker);
        taken
    }

    /// Registers the waker where there is nothing to take, and leaves the one before in its place.
    fn take_or_register(&self, batch: &mut VecDeque<Done<R>>, waker: &mut Option<Waker>) -> Taken {
        let mut state = self.lock();
        state.results.take(batch);
        if !batch.is_empty() {
            state.out -= batch.len();
            return Taken::Done { wanted: state.claim_worker() };
        }
        match state.source {
            Source::Closed => return Taken::End,
            Source::Ended if state.out == 0 => return Taken::End,
            _ => {}
        }
        let wanted = state.claim_worker();
        mem::swap(&mut state.consumer, waker);
        Taken::Nothing { wanted }
    }

    /// The consumer is gone: stops the workers, and gives the iterator, to be dropped elsewhere. Never
    /// unwinds.
    pub(super) fn close(&self) -> Option<Box<I>> {
        let mut state = self.lock();
        let source = state.source.take();
        state.source = Source::Closed;
        let kept = mem::take(&mut state.kept);
        let (waiting, results) = (mem::take(&mut state.waiting), mem::take(&mut state.results));
        let consumer = state.consumer.take();
        drop(state);
        kept.iter().for_each(JoinHandle::abort);
        drop_all_quietly(kept);
        drop_quietly(consumer);
        drop_all_quietly(waiting);
        results.drop_quietly();
        source
    }
}

impl<I: Iterator, R, O: Shelf<R>> State<I, R, O> {
    /// How many items more may leave the iterator.
    fn room(&self) -> usize {
        let Limits { concurrency, batch } = self.limits;
        let window = concurrency.saturating_mul(2).max(batch.saturating_mul(4));
        window.saturating_sub(self.out)
    }

    /// Who is to be woken, if there is a result for it.
    #[must_use]
    fn consumer_if_ready(&mut self) -> Option<Waker> {
        if self.results.is_ready() { self.consumer.take() } else { None }
    }

    /// Whether there is something to work on, and it is not too many that do.
    fn may_work(&self) -> bool {
        !self.waiting.is_empty() && self.working < self.pace.workers(self.limits.concurrency)
    }

    /// Counts one more worker, if there is work for one and none on its way. The caller sends it.
    fn claim_worker(&mut self) -> bool {
        let can_ask = matches!(self.source, Source::Here(_)) && self.room() > 0;
        // One more than may work: the one that advances the iterator.
        let most = self.pace.workers(self.limits.concurrency).saturating_add(1);
        let wanted = self.arriving == 0 && self.workers < most && (can_ask || self.may_work());
        self.arriving += usize::from(wanted);
        self.workers += usize::from(wanted);
        wanted
    }

    fn next_number(&mut self) -> usize {
        let number = self.next;
        self.next += 1;
        self.out += 1;
        number
    }

    /// Counts a worker out. Without any, it is for the consumer to see what is next.
    #[must_use]
    fn leave(&mut self) -> Option<Waker> {
        self.workers -= 1;
        if self.workers == 0 { self.consumer.take() } else { None }
    }
}

impl<I> Source<I> {
    fn take(&mut self) -> Option<Box<I>> {
        match mem::replace(self, Self::Away) {
            Self::Here(source) => Some(source),
            other => {
                *self = other;
                None
            }
        }
    }
}
