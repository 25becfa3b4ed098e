//! Stress tests: the limit is never exceeded, and no permit is lost.

use super::{assert_at_rest, rounds};
use crate::limit::{Acquire, Limiter, LimiterPermit};
use crate::sync::{AtomicUsize, Ordering::SeqCst};
use futures::executor::block_on;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

/// The current and the maximal number of permit owners.
#[derive(Default)]
struct Inside {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Inside {
    fn visit(&self, permit: LimiterPermit) {
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
        (0..50).for_each(|_| std::hint::spin_loop());
        self.now.fetch_sub(1, SeqCst);
        drop(permit);
    }
}

fn poll_once(acquire: &mut Acquire) -> Poll<LimiterPermit> {
    Pin::new(acquire).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_limit_is_never_exceeded() {
    for limit in [1, 2, 5] {
        let limiter = Limiter::new(limit);
        let inside = Inside::default();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..rounds(2_000) {
                        inside.visit(block_on(limiter.acquire()));
                    }
                });
            }
        });
        assert!(inside.most.load(SeqCst) <= limit);
        assert_at_rest(&limiter);
    }
}

/// Threads wait, try, or cancel before or after a grant, while the limit changes: each waiter that
/// is not cancelled gets a permit.
#[test]
fn no_permit_is_lost_among_cancellations_and_resizes() {
    const MOST: usize = 4;
    let limiter = Limiter::new(MOST);
    let inside = Inside::default();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (limiter, inside) = (&limiter, &inside);
            scope.spawn(move || {
                for round in 0..rounds(10_000) {
                    let mut acquire = limiter.acquire();
                    match (thread + round) % 4 {
                        0 => inside.visit(block_on(acquire)),
                        1 => drop(poll_once(&mut acquire)),
                        2 => limiter.try_acquire().into_iter().for_each(|it| inside.visit(it)),
                        _ => match poll_once(&mut acquire) {
                            Poll::Ready(permit) => inside.visit(permit),
                            Poll::Pending => inside.visit(block_on(acquire)),
                        },
                    }
                }
            });
        }
        scope.spawn(|| {
            for round in 0..rounds(10_000) {
                limiter.set_limit(round % (MOST + 1));
                (0..50).for_each(|_| std::hint::spin_loop());
            }
            limiter.set_limit(MOST);
        });
    });
    assert!(inside.most.load(SeqCst) <= MOST);
    assert_at_rest(&limiter);
}
