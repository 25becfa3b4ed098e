//! Random steps against a limiter that is obviously right.
//!
//! Each run polls, drops, releases and resizes at random, so that every future is dropped at any
//! of its points: before its first poll, in the line, called, and done. After every step the two
//! limiters agree on who is in, who was called and in which order the rest stand.

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

/// The limiter that is obviously right: a count and a queue.
struct Model {
    limit: usize,
    taken: usize,
    line: VecDeque<usize>,
    /// Who was handed a permit and has not come for it.
    called: BTreeSet<usize>,
}

impl Model {
    fn admit(&mut self) {
        while self.taken < self.limit {
            let Some(first) = self.line.pop_front() else { return };
            self.called.insert(first);
            self.taken += 1;
        }
    }

    fn release(&mut self) {
        self.taken -= 1;
        self.admit();
    }
}

struct Run {
    limiter: Limiter,
    model: Model,
    actors: Vec<(usize, Actor)>,
    next_name: usize,
    random: Random,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let limit = random.below(4);
        Self {
            limiter: Limiter::new(limit),
            model: Model { limit, taken: 0, line: VecDeque::new(), called: BTreeSet::new() },
            actors: Vec::new(),
            next_name: 0,
            random,
        }
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..3 => self.arrive(),
            3 => self.try_acquire(),
            4 => self.resize(),
            5..8 => self.poll(),
            _ => self.leave(),
        }
        self.compare();
    }

    fn arrive(&mut self) {
        self.actors.push((self.next_name, Actor::New(Caller::new(&self.limiter))));
        self.next_name += 1;
    }

    fn try_acquire(&mut self) {
        let permit = self.limiter.try_acquire();
        assert_eq!(permit.is_some(), self.model.taken < self.model.limit);
        if let Some(permit) = permit {
            self.model.taken += 1;
            self.actors.push((self.next_name, Actor::Holding(permit)));
            self.next_name += 1;
        }
    }

    fn resize(&mut self) {
        let limit = self.random.below(5);
        self.limiter.set_limit(limit);
        self.model.limit = limit;
        self.model.admit();
    }

    fn poll(&mut self) {
        let Some((name, actor)) = self.pick() else { return };
        let actor = match actor {
            Actor::New(mut caller) => match caller.poll() {
                Poll::Ready(permit) => {
                    assert!(self.model.taken < self.model.limit, "admitted above the limit");
                    self.model.taken += 1;
                    Actor::Holding(permit)
                }
                Poll::Pending => {
                    assert!(self.model.taken >= self.model.limit, "waits while one is spare");
                    self.model.line.push_back(name);
                    Actor::Waiting(caller)
                }
            },
            Actor::Waiting(mut caller) => {
                let admitted = self.model.called.remove(&name);
                assert_eq!(caller.wake_ups(), usize::from(admitted));
                match caller.poll() {
                    Poll::Ready(permit) => {
                        assert!(admitted, "admitted out of turn");
                        Actor::Holding(permit)
                    }
                    Poll::Pending => {
                        assert!(!admitted, "called, but not admitted");
                        Actor::Waiting(caller)
                    }
                }
            }
            Actor::Holding(permit) => Actor::Holding(permit),
        };
        self.actors.push((name, actor));
    }

    fn leave(&mut self) {
        let Some((name, actor)) = self.pick() else { return };
        match &actor {
            Actor::New(_) => {}
            Actor::Waiting(_) => {
                if self.model.called.remove(&name) {
                    self.model.release();
                }
                self.model.line.retain(|&waiting| waiting != name);
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
        assert_eq!(self.limiter.waiting(), self.model.line.len());
    }
}

#[test]
fn any_steps_in_any_order() {
    for seed in 1..=rounds(10_000) {
        let mut run = Run::new(seed as u64);
        for _ in 0..60 {
            run.step();
        }
        while !run.actors.is_empty() {
            run.leave();
            run.compare();
        }
        assert_at_rest(&run.limiter);
    }
}
