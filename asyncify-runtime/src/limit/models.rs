//! Loom models of the limiter: every interleaving of two or three threads.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release limit::models`
//!
//! A lost wake-up or a lost permit shows as a deadlock of the model, or in [`assert_at_rest`]. Each
//! Acquire and Release of the semaphore is needed: with any of them relaxed a model fails, already
//! with two preemptions.
//! Counters are the standard library's: they are not part of the protocol.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{Acquire, Limiter, LimiterPermit, Semaphore};
use crate::sync;

fn poll_once(acquire: &mut Acquire) -> Poll<LimiterPermit> {
    Pin::new(acquire).poll(&mut Context::from_waker(Waker::noop()))
}

fn taken(limiter: &Limiter) -> LimiterPermit {
    limiter.try_acquire().expect("a permit is available")
}

/// A limiter whose one permit is taken.
fn full() -> (Limiter, LimiterPermit) {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    (limiter, permit)
}

/// A future in the wait queue, with a noop waker.
fn waiting(limiter: &Limiter) -> Acquire {
    let mut acquire = limiter.acquire();
    assert!(poll_once(&mut acquire).is_pending());
    acquire
}

/// Checks that all permits are available, and no others, and that the wait queue is empty.
fn assert_at_rest(limiter: &Limiter) {
    assert_eq!(limiter.available(), limiter.limit());
    assert_eq!(limiter.waiting(), 0);
}

#[test]
fn a_release_wakes_a_waiter() {
    loom::model(|| {
        let (limiter, permit) = full();
        let holder = thread::spawn(move || drop(permit));
        drop(block_on(limiter.acquire()));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

/// The two releases may be by the exchange or under the lock, and what the first one leaves may be
/// reserved by the waiter or by `add_permits`.
#[test]
fn releases_one_by_one_wake_a_waiter_for_two() {
    loom::model(|| {
        let limiter = Limiter::new(2);
        let permits = [taken(&limiter), taken(&limiter)];
        let holder = thread::spawn(move || drop(permits));
        let both = block_on(limiter.acquire_many(2));
        assert!(limiter.try_acquire().is_none());
        drop(both);
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

/// What was reserved for the large request is granted to the small one.
#[test]
fn a_release_and_a_cancelled_wait_for_two_wake_the_next_waiter() {
    loom::model(|| {
        let limiter = Limiter::new(2);
        let permits = (taken(&limiter), taken(&limiter));
        let mut large = limiter.acquire_many(2);
        assert!(poll_once(&mut large).is_pending());
        let holder = thread::spawn(move || drop(permits.0));
        let small = limiter.acquire();
        let canceller = thread::spawn(move || drop(large));
        drop(block_on(small));
        holder.join().unwrap();
        canceller.join().unwrap();
        drop(permits.1);
        assert_at_rest(&limiter);
    });
}

#[test]
fn two_releases_wake_two_waiters() {
    loom::model(|| {
        let limiter = Limiter::new(2);
        let permits = [taken(&limiter), taken(&limiter)];
        let holder = thread::spawn(move || drop(permits));
        let (mut first, second) = (limiter.acquire(), limiter.acquire());
        let early = poll_once(&mut first);
        let late = block_on(second);
        // First come, first served: the second waiter has its permit, so the first has one as well.
        let first = match early {
            Poll::Ready(permit) => permit,
            Poll::Pending => match poll_once(&mut first) {
                Poll::Ready(permit) => permit,
                Poll::Pending => panic!("overtaken"),
            },
        };
        drop((first, late));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

/// The waiter learns of its permit from `granted` alone, without a wake-up or a lock.
#[test]
fn a_granted_permit_publishes_the_writes_of_its_last_owner() {
    loom::model(|| {
        let (limiter, permit) = full();
        let done = Arc::new(sync::AtomicUsize::new(0));
        let mut acquire = waiting(&limiter);
        let holder = thread::spawn({
            let done = Arc::clone(&done);
            move || {
                done.store(1, Relaxed);
                drop(permit);
            }
        });
        if let Poll::Ready(_permit) = poll_once(&mut acquire) {
            assert_eq!(done.load(Relaxed), 1);
        }
        holder.join().unwrap();
        drop(acquire);
        assert_at_rest(&limiter);
    });
}

/// With a limit of one, permits order the accesses of their owners: otherwise loom would let one of
/// them read an outdated count.
#[test]
fn a_permit_publishes_the_writes_of_its_last_owner() {
    loom::model(|| {
        let limiter = Limiter::new(1);
        let count = Arc::new(sync::AtomicUsize::new(0));
        // Not atomic, and without an ordering of its own.
        let increment = |count: &sync::AtomicUsize| count.store(count.load(Relaxed) + 1, Relaxed);
        let other = thread::spawn({
            let (limiter, count) = (limiter.clone(), Arc::clone(&count));
            move || {
                let _permit = block_on(limiter.acquire());
                increment(&count);
            }
        });
        if let Some(_permit) = limiter.try_acquire() {
            increment(&count);
        }
        let before = count.load(Relaxed);
        let permit = block_on(limiter.acquire());
        increment(&count);
        assert!(count.load(Relaxed) > before);
        drop(permit);
        other.join().unwrap();
        assert!((2..=3).contains(&count.load(Relaxed)));
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_cancelled_waiter_passes_its_permit_on() {
    loom::model(|| {
        let (limiter, permit) = full();
        let cancelled = waiting(&limiter);
        let holder = thread::spawn(move || drop(permit));
        let canceller = thread::spawn(move || drop(cancelled));
        drop(block_on(limiter.acquire()));
        holder.join().unwrap();
        canceller.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn the_only_waiter_is_cancelled() {
    loom::model(|| {
        let (limiter, permit) = full();
        let cancelled = waiting(&limiter);
        let holder = thread::spawn(move || drop(permit));
        drop(cancelled);
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_replaced_waker_is_woken() {
    loom::model(|| {
        let (limiter, permit) = full();
        let acquire = waiting(&limiter);
        let holder = thread::spawn(move || drop(permit));
        // The first poll registered a noop waker, which `block_on` replaces.
        drop(block_on(acquire));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn try_acquire_does_not_overtake_a_waiter() {
    loom::model(|| {
        let (limiter, permit) = full();
        let mut waits = waiting(&limiter);
        let holder = thread::spawn(move || drop(permit));
        assert!(limiter.try_acquire().is_none());
        holder.join().unwrap();
        assert!(limiter.try_acquire().is_none());
        assert!(poll_once(&mut waits).is_ready());
        assert_at_rest(&limiter);
    });
}

#[test]
fn never_more_than_the_limit() {
    loom::model(|| {
        let limiter = Limiter::new(1);
        let inside = Arc::new(AtomicUsize::new(0));
        let visit = |limiter: &Limiter, inside: &AtomicUsize| {
            let permit = block_on(limiter.acquire());
            assert_eq!(inside.fetch_add(1, SeqCst), 0);
            inside.fetch_sub(1, SeqCst);
            drop(permit);
        };
        let other = thread::spawn({
            let (limiter, inside) = (limiter.clone(), Arc::clone(&inside));
            move || visit(&limiter, &inside)
        });
        visit(&limiter, &inside);
        other.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_raised_limit_wakes_a_waiter() {
    loom::model(|| {
        let limiter = Limiter::new(0);
        let ready = Arc::new(sync::AtomicUsize::new(0));
        let raiser = thread::spawn({
            let (limiter, ready) = (limiter.clone(), Arc::clone(&ready));
            move || {
                ready.store(1, Relaxed);
                limiter.set_limit(1);
            }
        });
        drop(block_on(limiter.acquire()));
        // The waiter sees the writes before the raise.
        assert_eq!(ready.load(Relaxed), 1);
        raiser.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_resize_races_a_release() {
    loom::model(|| {
        let (limiter, permit) = full();
        let holder = thread::spawn(move || drop(permit));
        limiter.set_limit(0);
        assert!(limiter.try_acquire().is_none());
        limiter.set_limit(2);
        assert!(limiter.try_acquire().is_some());
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

/// A limit of two is changed to one, before and while two owners release their permits. The only
/// owner under the new limit sees the writes of both owners under the old one.
fn two_owners(before: &[usize], meanwhile: &[usize]) {
    let limiter = Limiter::new(2);
    let (first, second) = (taken(&limiter), taken(&limiter));
    let done = Arc::new(sync::AtomicUsize::new(0));
    before.iter().for_each(|&limit| limiter.set_limit(limit));
    let first = thread::spawn({
        let done = Arc::clone(&done);
        move || {
            done.store(1, Relaxed);
            drop(first);
        }
    });
    let second = thread::spawn(move || drop(second));
    meanwhile.iter().for_each(|&limit| limiter.set_limit(limit));
    // The first thread is not joined yet: only the permit can publish its write.
    second.join().unwrap();
    if let Some(_permit) = limiter.try_acquire() {
        assert_eq!(done.load(Relaxed), 1);
    }
    first.join().unwrap();
    assert_at_rest(&limiter);
}

#[test]
fn paying_the_debt_publishes_the_writes_of_the_owners() {
    loom::model(|| two_owners(&[1], &[]));
}

#[test]
fn a_resize_publishes_the_writes_of_the_owners() {
    loom::model(|| two_owners(&[], &[0, 1]));
}

#[test]
fn a_resize_races_a_release_and_a_waiter() {
    loom::model(|| {
        let (limiter, permit) = full();
        let holder = thread::spawn(move || drop(permit));
        let waiter = thread::spawn({
            let limiter = limiter.clone();
            move || drop(block_on(limiter.acquire()))
        });
        limiter.set_limit(0);
        limiter.set_limit(1);
        holder.join().unwrap();
        waiter.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_resize_races_a_cancelled_waiter() {
    loom::model(|| {
        let (limiter, permit) = full();
        let cancelled = waiting(&limiter);
        let resizer = thread::spawn({
            let limiter = limiter.clone();
            move || limiter.set_limit(2)
        });
        drop(cancelled);
        resizer.join().unwrap();
        assert_eq!(limiter.available(), 1);
        drop(permit);
        assert_at_rest(&limiter);
    });
}

/// A semaphore is closed while its permit is released: the waiter gets the permit, or the error.
#[test]
fn a_close_races_a_release() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        assert!(semaphore.try_acquire(1));
        let waits = |semaphore: &Semaphore| {
            let mut waiter = None;
            block_on(poll_fn(|cx| semaphore.poll_acquire(1, &mut waiter, cx.waker())))
        };
        let holder = thread::spawn({
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.release(1)
        });
        let closer = thread::spawn({
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.close()
        });
        if waits(&semaphore) == Ok(()) {
            semaphore.release(1);
        }
        holder.join().unwrap();
        closer.join().unwrap();
        assert!(waits(&semaphore).is_err() && !semaphore.try_acquire(1));
        assert_eq!(semaphore.waiting(), 0);
    });
}
