//! The job that does the work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pace::{SHIFT, TURN};
use super::shared::{Added, Load, Shared, Work};
use super::shelf::{Done, Shelf};
use crate::call::Running;
use crate::util::{catch, drop_quietly};

/// Sends the consumer's worker, which has been claimed.
pub(super) fn send<I, F, R, O>(shared: &Arc<Shared<I, F, R, O>>) -> Running<'static, ()>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    let shift = Shift::new(shared);
    shared.options.spawn(move || shift.work())
}

/// A worker from the moment it is sent: counted, until it is dismissed or dropped.
struct Shift<I: Iterator, F, R, O: Shelf<R>> {
    shared: Arc<Shared<I, F, R, O>>,
    stage: Stage,
}

enum Stage {
    Sent,
    Arrived,
    Working,
    Dismissed,
}

impl<I, F, R, O> Shift<I, F, R, O>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
    O: Shelf<R>,
{
    fn new(shared: &Arc<Shared<I, F, R, O>>) -> Self {
        Self { shared: shared.clone(), stage: Stage::Sent }
    }

    /// Works until there is nothing to do, or for a while: the thread is not ours alone.
    fn work(mut self) {
        if let Stage::Sent = self.stage {
            self.shared.arrive();
            self.stage = Stage::Arrived;
        }
        let began = Instant::now();
        let mut load = Load::<I>::new();
        let mut done = Vec::new();
        while began.elapsed() < SHIFT {
            match self.shared.find_work(&mut load) {
                Work::Load => {
                    self.stage = Stage::Working;
                    self.pass_on();
                    self.work_off(&mut load, &mut done);
                    self.stage = Stage::Arrived;
                }
                Work::Source(source, count) => {
                    let source = self.ask(source, count);
                    self.shared.bring_back(source);
                }
                Work::Nothing => {
                    self.stage = Stage::Dismissed;
                    return;
                }
            }
        }
        // To the back of the queue.
        self.shared.clone().spawn(move || self.work());
    }

    /// Calls the function on the items of the load, until it is empty or took too long.
    fn work_off(&self, load: &mut Load<I>, done: &mut Vec<(usize, Done<R>)>) {
        let start = Instant::now();
        let mut time = Duration::ZERO;
        while let Some((number, item)) = load.pop_front() {
            done.push((number, catch(|| (self.shared.f)(item))));
            time = start.elapsed();
            if time > TURN {
                break;
            }
        }
        self.shared.deliver(done, load, time);
    }

    /// Asks the iterator for so many items, and gives it back unless it has ended.
    fn ask(&self, mut source: Box<I>, count: usize) -> Option<Box<I>> {
        let start = Instant::now();
        for _ in 0..count {
            match catch(|| source.next()) {
                Ok(Some(item)) => match self.shared.add(item) {
                    Added::Wanted => {}
                    Added::SendWorker => self.send_claimed(),
                    Added::Unwanted => return Some(source),
                },
                Ok(None) => {
                    drop_quietly(source);
                    return None;
                }
                Err(payload) => {
                    drop_quietly(source);
                    self.shared.add_panic(payload);
                    return None;
                }
            }
            if start.elapsed() > TURN {
                break;
            }
        }
        Some(source)
    }

    /// Sends one more worker, if there is more to do.
    fn pass_on(&self) {
        if self.shared.claim_worker() {
            self.send_claimed();
        }
    }

    fn send_claimed(&self) {
        let worker = Self::new(&self.shared);
        self.shared.spawn(move || worker.work());
    }
}

impl<I: Iterator, F, R, O: Shelf<R>> Drop for Shift<I, F, R, O> {
    fn drop(&mut self) {
        match self.stage {
            Stage::Sent => self.shared.lose_worker(false, false),
            Stage::Arrived => self.shared.lose_worker(true, false),
            Stage::Working => self.shared.lose_worker(true, true),
            Stage::Dismissed => {}
        }
    }
}
