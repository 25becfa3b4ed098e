//! Random steps, compared with a simple reference model.
//!
//! Each run polls, drops, releases and resizes at random, so that futures are dropped in every
//! state: before the first poll, in the wait queue, with a granted permit, and complete. After
//! every step the limiter and the model agree on the permits, the grants and the waiters.

use super::{Caller, assert_at_rest, rounds};
use crate::limit::{Limiter, LimiterPermit};
use std::collections::{BTreeSet, VecDeque};
use std::task::Poll;

/// xorshift64*: random enough, and the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let word = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(word).expect("31 bits") % bound
    }
}

enum Actor {
    New(Caller),
    Waiting(Caller),
    Holding(LimiterPermit),
}

/// The reference model: a count and a queue.
struct Model {
    limit: usize,
    taken: usize,
    queue: VecDeque<usize>,
    /// The waiters that were granted a permit and have not been polled since.
    granted: BTreeSet<usize>,
}

impl Model {
    fn grant(&mut self) {
        while self.taken < self.limit {
            let Some(first) = self.queue.pop_front() else { return };
            self.granted.insert(first);
            self.taken += 1;
        }
    }

    fn release(&mut self) {
        self.taken -= 1;
        self.grant();
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
        let mut random = Random(seed);
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
        self.actors.push((self.next_id, Actor::New(Caller::new(&self.limiter))));
        self.next_id += 1;
    }

    fn try_acquire(&mut self) {
        let permit = self.limiter.try_acquire();
        assert_eq!(permit.is_some(), self.model.taken < self.model.limit);
        if let Some(permit) = permit {
            self.model.taken += 1;
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
            Actor::New(mut caller) => match caller.poll() {
                Poll::Ready(permit) => {
                    assert!(self.model.taken < self.model.limit, "acquired beyond the limit");
                    self.model.taken += 1;
                    Actor::Holding(permit)
                }
                Poll::Pending => {
                    assert!(
                        self.model.taken >= self.model.limit,
                        "waits while a permit is available"
                    );
                    self.model.queue.push_back(id);
                    Actor::Waiting(caller)
                }
            },
            Actor::Waiting(mut caller) => {
                let granted = self.model.granted.remove(&id);
                assert_eq!(caller.wake_ups(), usize::from(granted));
                match caller.poll() {
                    Poll::Ready(permit) => {
                        assert!(granted, "acquired without a grant");
                        Actor::Holding(permit)
                    }
                    Poll::Pending => {
                        assert!(!granted, "granted, but pending");
                        Actor::Waiting(caller)
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
            Actor::New(_) => {}
            Actor::Waiting(_) => {
                if self.model.granted.remove(&id) {
                    self.model.release();
                }
                self.model.queue.retain(|&waiting| waiting != id);
            }
            Actor::Holding(_) => self.model.release(),
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
        assert_eq!(self.limiter.available(), self.model.limit.saturating_sub(self.model.taken));
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
