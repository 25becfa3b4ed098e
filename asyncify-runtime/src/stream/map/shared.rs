//! The state that the workers and the consumer share.

use std::any::Any;
use std::collections::VecDeque;
use std::mem;
use std::task::Context;
use std::thread;
use std::time::Duration;

use super::super::shared_state::{SharedState, Waits};
use super::batch_size::BatchSize;
use super::result_buffer::{Order, ResultBuffer};
use crate::call::BlockingCall;
use crate::pool::BlockingPool;
use crate::task::JoinHandle;
use crate::util::{drop_all_quietly, drop_quietly};

pub(super) struct Shared<I: Iterator, F, R> {
    pub(super) pool: BlockingPool,
    pub(super) f: F,
    state: SharedState<State<I, R>>,
}

/// See the invariants of the module.
struct State<I: Iterator, R> {
    iterator: IteratorState<I>,
    /// The index of the iterator's next item.
    next_index: usize,
    /// Items that no worker has taken, the oldest first.
    queued: Batch<I>,
    results: ResultBuffer<R>,
    /// The index of items that left the iterator and whose results the consumer has not received.
    in_flight: usize,
    batch_size: BatchSize,
    limits: Limits,
    /// Workers that were reserved and have not retired.
    workers: usize,
    /// Those of them that have not started.
    starting: usize,
    /// Those of them that process a batch.
    busy: usize,
    /// The handles of all workers, to cancel them, except of the one that the consumer spawned
    /// last.
    handles: Vec<JoinHandle<()>>,
}

pub(super) struct Limits {
    pub(super) concurrency: usize,
    pub(super) batch: usize,
}

enum IteratorState<I> {
    Idle(Box<I>),
    /// A worker advances it.
    InUse,
    /// It has returned `None`, or panicked.
    Exhausted,
    /// The consumer was dropped.
    Closed,
}

/// Items, with their indices.
pub(super) type Batch<I> = VecDeque<(usize, <I as Iterator>::Item)>;

/// What the consumer received. `spawn`: the consumer must spawn a worker, which is reserved.
pub(super) enum Received {
    Results {
        spawn: bool,
    },
    /// No results yet. The consumer's waker is registered.
    Pending {
        spawn: bool,
    },
    /// No more results will follow.
    End,
}

/// The result of [`Shared::push_item`].
pub(super) enum Pushed {
    Queued,
    /// The item is queued, and a worker is reserved for it, which the caller must spawn.
    SpawnWorker,
    /// The consumer was dropped.
    Closed,
}

/// The result of [`Shared::find_work`].
pub(super) enum Work<I> {
    /// Items, which are in the worker's batch now.
    Batch,
    /// The iterator, and how many items to take from it.
    Advance(Box<I>, usize),
    /// Nothing to do. The worker is counted no longer.
    None,
}

impl<I: Iterator, F, R> Shared<I, F, R> {
    pub(super) fn new(pool: BlockingPool, items: I, f: F, order: Order) -> Self {
        let state = State {
            iterator: IteratorState::Idle(Box::new(items)),
            next_index: 0,
            queued: VecDeque::new(),
            results: ResultBuffer::new(order),
            in_flight: 0,
            batch_size: BatchSize::new(),
            limits: Limits { concurrency: 512, batch: 256 },
            workers: 0,
            starting: 0,
            busy: 0,
            handles: Vec::new(),
        };
        Self { pool, f, state: SharedState::new(state) }
    }

    pub(super) fn set(&self, set: impl FnOnce(&mut Limits)) {
        set(&mut self.state.lock().limits);
    }

    /// A spawned worker has started.
    pub(super) fn worker_started(&self) {
        self.state.lock().starting -= 1;
    }

    /// Finds work for a worker: queued items, or else the iterator. If there is neither, the worker
    /// is counted no longer.
    pub(super) fn find_work(&self, batch: &mut Batch<I>) -> Work<I> {
        let mut state = self.state.lock();
        let count = state.batch_size.get(state.limits.batch);
        if state.can_process() {
            state.busy += 1;
            let count = count.min(state.queued.len());
            batch.extend(state.queued.drain(..count));
            return Work::Batch;
        }
        let count = count.min(state.room());
        if count > 0 {
            if let Some(iterator) = state.iterator.take() {
                return Work::Advance(iterator, count);
            }
        }
        let last = state.remove_worker();
        state.wake_consumer_if(last);
        Work::None
    }

    /// Queues an item, on behalf of the worker that advances the iterator.
    pub(super) fn push_item(&self, item: I::Item) -> Pushed {
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            drop_quietly(item);
            return Pushed::Closed;
        }
        let index = state.take_index();
        state.queued.push_back((index, item));
        // The next item may take long. If the consumer waits, another worker must process this one.
        if state.is_awaited() && state.can_process() && state.reserve_worker() {
            Pushed::SpawnWorker
        } else {
            Pushed::Queued
        }
    }

    /// Records a panic of the iterator in the place of its next item.
    pub(super) fn push_panic(&self, payload: Box<dyn Any + Send>) {
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            drop_quietly(payload);
            return;
        }
        let index = state.take_index();
        state.results.push(index, Err(payload));
        let ready = state.results.is_ready();
        state.wake_consumer_if(ready);
    }

    /// Returns the iterator; `None` if it is exhausted or has panicked.
    pub(super) fn return_iterator(&self, iterator: Option<Box<I>>) {
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            drop_quietly(iterator);
            return;
        }
        state.iterator = iterator.map_or(IteratorState::Exhausted, IteratorState::Idle);
        // The consumer learns of the end with the last result, or here if it has received that.
        let ended = matches!(state.iterator, IteratorState::Exhausted) && state.in_flight == 0;
        state.wake_consumer_if(ended);
    }

    /// Takes the results of a worker, and the items that it did not process.
    pub(super) fn complete_batch(
        &self,
        results: &mut Vec<(usize, thread::Result<R>)>,
        rest: &mut Batch<I>,
        time: Duration,
    ) {
        let mut state = self.state.lock();
        state.busy -= 1;
        if let IteratorState::Closed = state.iterator {
            drop(state);
            // Each on its own: the worker is counted as idle already, and must not unwind.
            drop_all_quietly(results.drain(..));
            drop_all_quietly(rest.drain(..));
            return;
        }
        let max = state.limits.batch;
        state.batch_size.record(results.len(), time, max);
        for (index, result) in results.drain(..) {
            state.results.push(index, result);
        }
        while let Some(item) = rest.pop_back() {
            state.queued.push_front(item);
        }
        let ready = state.results.is_ready();
        state.wake_consumer_if(ready);
    }

    /// Reserves a worker if there is work for one and none is starting. The caller must spawn it.
    pub(super) fn reserve_worker(&self) -> bool {
        self.state.lock().reserve_worker()
    }

    /// Removes a worker that was dropped before it retired.
    pub(super) fn remove_worker(&self, started: bool, busy: bool) {
        let mut state = self.state.lock();
        state.starting -= usize::from(!started);
        state.busy -= usize::from(busy);
        let last = state.remove_worker();
        state.wake_consumer_if(last);
    }

    /// Spawns the job of a worker. If the queue is full, the job waits for room without being
    /// polled.
    pub(super) fn spawn(&self, worker: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
        BlockingCall::new(worker).executor(&self.pool).start_with_limiter().into_handle()
    }

    /// Spawns the job of a worker that the consumer does not wait for.
    pub(super) fn spawn_detached(&self, worker: impl FnOnce() + Send + 'static) {
        self.keep_handle(self.spawn(worker));
    }

    /// Keeps the handle of a worker, which [`close`](Self::close) cancels.
    pub(super) fn keep_handle(&self, worker: JoinHandle<()>) {
        let mut state = self.state.lock();
        if let IteratorState::Closed = state.iterator {
            drop(state);
            worker.abort();
            return;
        }
        let mut finished = Vec::new();
        if state.handles.len() == state.handles.capacity() {
            // As often as the vector would grow, so that the cost is amortized.
            let handles = mem::take(&mut state.handles);
            (finished, state.handles) = handles.into_iter().partition(JoinHandle::is_finished);
        }
        state.handles.push(worker);
        drop(state);
        // A handle may own a waker or the payload of a panic.
        drop_all_quietly(finished);
    }

    /// Moves the available results into `batch`, which must be empty, or registers the waker of
    /// `cx`.
    pub(super) fn recv(
        &self,
        batch: &mut VecDeque<thread::Result<R>>,
        cx: &Context<'_>,
    ) -> Received {
        self.state.receive(cx, |state| {
            state.results.take(batch);
            state.in_flight -= batch.len();
            let ended = match state.iterator {
                IteratorState::Closed => true,
                IteratorState::Exhausted => state.in_flight == 0,
                _ => false,
            };
            if batch.is_empty() && ended {
                return (Received::End, Waits::No);
            }
            let spawn = state.reserve_worker();
            if batch.is_empty() {
                (Received::Pending { spawn }, Waits::Yes)
            } else {
                (Received::Results { spawn }, Waits::No)
            }
        })
    }

    /// Stops the workers on behalf of the consumer. Returns the iterator, for the caller to drop.
    /// Never unwinds.
    pub(super) fn close(&self) -> Option<Box<I>> {
        let mut state = self.state.lock();
        let iterator = state.iterator.take();
        state.iterator = IteratorState::Closed;
        let handles = mem::take(&mut state.handles);
        let (queued, results) = (mem::take(&mut state.queued), state.results.clear());
        state.remove_consumer();
        handles.iter().for_each(JoinHandle::abort);
        drop_all_quietly(handles);
        drop_all_quietly(queued);
        drop_all_quietly(results);
        iterator
    }
}

impl<I: Iterator, R> State<I, R> {
    /// Returns how many more items may leave the iterator.
    fn room(&self) -> usize {
        let Limits { concurrency, batch } = self.limits;
        let window = concurrency.saturating_mul(2).max(batch.saturating_mul(4));
        window.saturating_sub(self.in_flight)
    }

    /// Returns whether there are queued items, and fewer busy workers than may process them.
    fn can_process(&self) -> bool {
        !self.queued.is_empty() && self.busy < self.batch_size.max_workers(self.limits.concurrency)
    }

    /// Reserves a worker if there is work for one and none is starting. The caller must spawn it.
    fn reserve_worker(&mut self) -> bool {
        let can_advance = matches!(self.iterator, IteratorState::Idle(_)) && self.room() > 0;
        // One in addition to those that process batches: the one that advances the iterator.
        let max = self.batch_size.max_workers(self.limits.concurrency).saturating_add(1);
        let has_work = can_advance || self.can_process();
        let reserve = self.starting == 0 && self.workers < max && has_work;
        self.starting += usize::from(reserve);
        self.workers += usize::from(reserve);
        reserve
    }

    fn take_index(&mut self) -> usize {
        let index = self.next_index;
        self.next_index += 1;
        self.in_flight += 1;
        index
    }

    /// Removes a worker. Returns whether it was the last, which must wake the consumer: it then
    /// spawns a worker if necessary.
    #[must_use]
    fn remove_worker(&mut self) -> bool {
        self.workers -= 1;
        self.workers == 0
    }
}

impl<I> IteratorState<I> {
    fn take(&mut self) -> Option<Box<I>> {
        match mem::replace(self, Self::InUse) {
            Self::Idle(iterator) => Some(iterator),
            other => {
                *self = other;
                None
            }
        }
    }
}
