//! The job that advances the iterator and calls the function.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::batch_size::{BATCH_TIME, TIME_SLICE};
use super::shared::{Batch, Pushed, Shared, Work};
use crate::task::JoinHandle;
use crate::util::{catch, drop_quietly};

/// Spawns the worker that the consumer has reserved.
pub(super) fn spawn_reserved<I, F, R>(shared: &Arc<Shared<I, F, R>>) -> JoinHandle<()>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    let worker = Worker::new(shared);
    shared.spawn(move || worker.run())
}

/// A worker, counted from its reservation until it retires or is dropped.
struct Worker<I: Iterator, F, R> {
    shared: Arc<Shared<I, F, R>>,
    state: WorkerState,
}

enum WorkerState {
    Spawned,
    Running,
    /// Processes a batch.
    Busy,
    /// Found no work, and is counted no longer.
    Retired,
}

impl<I, F, R> Worker<I, F, R>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn new(shared: &Arc<Shared<I, F, R>>) -> Self {
        Self { shared: shared.clone(), state: WorkerState::Spawned }
    }

    /// Runs until there is no work, or for a time slice: other jobs need the thread too.
    fn run(mut self) {
        if let WorkerState::Spawned = self.state {
            self.shared.worker_started();
            self.state = WorkerState::Running;
        }
        let start = Instant::now();
        let mut batch = Batch::<I>::new();
        let mut results = Vec::new();
        while start.elapsed() < TIME_SLICE {
            match self.shared.find_work(&mut batch) {
                Work::Batch => {
                    self.state = WorkerState::Busy;
                    self.spawn_another();
                    self.process(&mut batch, &mut results);
                    self.state = WorkerState::Running;
                }
                Work::Advance(iterator, count) => {
                    let iterator = self.advance(iterator, count);
                    self.shared.return_iterator(iterator);
                }
                Work::None => {
                    self.state = WorkerState::Retired;
                    return;
                }
            }
        }
        // Continues at the back of the queue.
        self.shared.clone().spawn_detached(move || self.run());
    }

    /// Calls the function on the items of the batch, until the batch is empty or has taken too
    /// long.
    fn process(&self, batch: &mut Batch<I>, results: &mut Vec<(usize, thread::Result<R>)>) {
        let start = Instant::now();
        let mut time = Duration::ZERO;
        while let Some((index, item)) = batch.pop_front() {
            results.push((index, catch(|| (self.shared.f)(item))));
            time = start.elapsed();
            if time > BATCH_TIME {
                break;
            }
        }
        self.shared.complete_batch(results, batch, time);
    }

    /// Takes up to `count` items from the iterator. Returns the iterator unless it is exhausted.
    fn advance(&self, mut iterator: Box<I>, count: usize) -> Option<Box<I>> {
        let start = Instant::now();
        for _ in 0..count {
            match catch(|| iterator.next()) {
                Ok(Some(item)) => match self.shared.push_item(item) {
                    Pushed::Queued => {}
                    Pushed::SpawnWorker => self.spawn_reserved(),
                    Pushed::Closed => return Some(iterator),
                },
                Ok(None) => {
                    drop_quietly(iterator);
                    return None;
                }
                Err(payload) => {
                    drop_quietly(iterator);
                    self.shared.push_panic(payload);
                    return None;
                }
            }
            if start.elapsed() > BATCH_TIME {
                break;
            }
        }
        Some(iterator)
    }

    /// Spawns another worker if there is work for it.
    fn spawn_another(&self) {
        if self.shared.reserve_worker() {
            self.spawn_reserved();
        }
    }

    fn spawn_reserved(&self) {
        let worker = Self::new(&self.shared);
        self.shared.spawn_detached(move || worker.run());
    }
}

impl<I: Iterator, F, R> Drop for Worker<I, F, R> {
    fn drop(&mut self) {
        match self.state {
            WorkerState::Spawned => self.shared.remove_worker(false, false),
            WorkerState::Running => self.shared.remove_worker(true, false),
            WorkerState::Busy => self.shared.remove_worker(true, true),
            WorkerState::Retired => {}
        }
    }
}
