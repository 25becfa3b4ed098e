//! Random steps, compared with a simple reference model.
//!
//! Each run polls, drops, releases and resizes at random, so that futures are dropped in every
//! state: before the first poll, in the wait queue, with a granted permit, and complete. After
//! every step the limiter and the model agree on the permits, the grants and the waiters.

use super::{Caller, assert_at_rest, rounds};
use crate::limit::{Limiter, LimiterPermit};
use crate::util::test_util::Random;
use std::collections::{BTreeSet, VecDeque};
use std::task::Poll;

/// A caller, with the permits that it needs.
enum Actor {
    New(Caller, usize),
    Waiting(Caller, usize),
    Holding(LimiterPermit),
}

/// The reference model: a count and a queue of callers with the permits that they need.
struct Model {
    limit: usize,
    taken: usize,
    queue: VecDeque<(usize, usize)>,
    /// The waiters that were granted a permit and have not been polled since.
    granted: BTreeSet<usize>,
}

impl Model {
    fn grant(&mut self) {
        while let Some(&(first, permits)) = self.queue.front() {
            if self.taken + permits > self.limit {
                return;
            }
            self.queue.pop_front();
            self.granted.insert(first);
            self.taken += permits;
        }
    }

    fn release(&mut self, permits: usize) {
        self.taken -= permits;
        self.grant();
    }

    /// The permits that a caller can take without waiting.
    fn available(&self) -> usize {
        if self.queue.is_empty() { self.limit.saturating_sub(self.taken) } else { 0 }
    }
}

struct Run {
    limiter: Limiter,
    model: Model,
    actors: Vec<(usize, Actor)>,
    next_id: usize,
    random: Random,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let limit = random.below(4);
        Self {
            limiter: Limiter::new(limit),
            model: Model { limit, taken: 0, queue: VecDeque::new(), granted: BTreeSet::new() },
            actors: Vec::new(),
            next_id: 0,
            random,
        }
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..3 => self.add_caller(),
            3 => self.try_acquire(),
            4 => self.resize(),
            5..8 => self.poll(),
            _ => self.remove(),
        }
        self.compare();
    }

    fn add_caller(&mut self) {
        let permits = self.permits();
        self.actors.push((self.next_id, Actor::New(Caller::new(&self.limiter, permits), permits)));
        self.next_id += 1;
    }

    /// Most often one.
    fn permits(&mut self) -> usize {
        1 + self.random.below(6).saturating_sub(3)
    }

    fn try_acquire(&mut self) {
        let permits = self.permits();
        let permit = self.limiter.try_acquire_many(permits);
        assert_eq!(permit.is_some(), permits <= self.model.available());
        if let Some(permit) = permit {
            self.model.taken += permits;
            self.actors.push((self.next_id, Actor::Holding(permit)));
            self.next_id += 1;
        }
    }

    fn resize(&mut self) {
        let limit = self.random.below(5);
        self.limiter.set_limit(limit);
        self.model.limit = limit;
        self.model.grant();
    }

    fn poll(&mut self) {
        let Some((id, actor)) = self.pick() else { return };
        let actor = match actor {
            Actor::New(mut caller, permits) => match caller.poll() {
                Poll::Ready(permit) => {
                    assert!(permits <= self.model.available(), "acquired beyond the limit");
                    self.model.taken += permits;
                    Actor::Holding(permit)
                }
                Poll::Pending => {
                    assert!(permits > self.model.available(), "waits while permits are available");
                    self.model.queue.push_back((id, permits));
                    Actor::Waiting(caller, permits)
                }
            },
            Actor::Waiting(mut caller, permits) => {
                let granted = self.model.granted.remove(&id);
                assert_eq!(caller.wake_ups(), usize::from(granted));
                match caller.poll() {
                    Poll::Ready(permit) => {
                        assert!(granted, "acquired without a grant");
                        Actor::Holding(permit)
                    }
                    Poll::Pending => {
                        assert!(!granted, "granted, but pending");
                        Actor::Waiting(caller, permits)
                    }
                }
            }
            Actor::Holding(permit) => Actor::Holding(permit),
        };
        self.actors.push((id, actor));
    }

    fn remove(&mut self) {
        let Some((id, actor)) = self.pick() else { return };
        match &actor {
            Actor::New(..) => {}
            Actor::Waiting(_, permits) => {
                if self.model.granted.remove(&id) {
                    self.model.release(*permits);
                }
                self.model.queue.retain(|&(waiting, _)| waiting != id);
                self.model.grant();
            }
            Actor::Holding(permit) => self.model.release(permit.num_permits()),
        }
        drop(actor);
    }

    fn pick(&mut self) -> Option<(usize, Actor)> {
        if self.actors.is_empty() {
            return None;
        }
        let index = self.random.below(self.actors.len());
        Some(self.actors.swap_remove(index))
    }

    fn compare(&self) {
        assert_eq!(self.limiter.limit(), self.model.limit);
        assert_eq!(self.limiter.available(), self.model.available());
        assert_eq!(self.limiter.waiting(), self.model.queue.len());
    }
}

#[test]
fn random_steps_agree_with_the_model() {
    for seed in 1..=rounds(10_000) {
        let mut run = Run::new(seed as u64);
        for _ in 0..60 {
            run.step();
        }
        while !run.actors.is_empty() {
            run.remove();
            run.compare();
        }
        assert_at_rest(&run.limiter);
    }
}
