//! Loom models of the limiter: every interleaving of two or three threads.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release limit::models`
//!
//! A lost wake-up or a lost permit shows as a deadlock of the model, or in [`assert_at_rest`]. Each
//! Acquire and Release of the semaphore is needed: with any of them relaxed a model fails, already
//! with two preemptions.
//! Counters are the standard library's: they are no part of the protocol.

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
    limiter.try_acquire().expect("a permit is spare")
}

/// A limiter whose one permit is taken.
fn full() -> (Limiter, LimiterPermit) {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    (limiter, permit)
}

/// One who stands in line, with a waker that wakes nobody.
fn in_line(limiter: &Limiter) -> Acquire {
    let mut acquire = limiter.acquire();
    assert!(poll_once(&mut acquire).is_pending());
    acquire
}

/// All permits are back, none too many, and nobody is left in the line.
fn assert_at_rest(limiter: &Limiter) {
    assert_eq!(limiter.available(), limiter.limit());
    assert_eq!(limiter.waiting(), 0);
}

#[test]
fn a_release_reaches_who_waits() {
    loom::model(|| {
        let (limiter, permit) = full();
        let holder = thread::spawn(move || drop(permit));
        drop(block_on(limiter.acquire()));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn two_releases_reach_two_who_wait() {
    loom::model(|| {
        let limiter = Limiter::new(2);
        let permits = [taken(&limiter), taken(&limiter)];
        let holder = thread::spawn(move || drop(permits));
        let (mut first, second) = (limiter.acquire(), limiter.acquire());
        let early = poll_once(&mut first);
        let late = block_on(second);
        // First come, first served: the second one has its permit, so the first one has, too.
        let first = match early {
            Poll::Ready(permit) => permit,
            Poll::Pending => match poll_once(&mut first) {
                Poll::Ready(permit) => permit,
                Poll::Pending => panic!("passed in the line"),
            },
        };
        drop((first, late));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

/// No wake-up and no lock tell of the permit here, only the number of the tickets that were called.
#[test]
fn a_permit_that_was_handed_over_publishes_what_its_holder_did() {
    loom::model(|| {
        let (limiter, permit) = full();
        let done = Arc::new(sync::AtomicUsize::new(0));
        let mut acquire = in_line(&limiter);
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

/// With a limit of one, permits order what their holders do: else loom would let one of them read
/// a count from before the other's.
#[test]
fn a_permit_publishes_what_its_holder_did() {
    loom::model(|| {
        let limiter = Limiter::new(1);
        let count = Arc::new(sync::AtomicUsize::new(0));
        // Not one step, and with no ordering of its own.
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
fn a_waiter_that_gives_up_passes_its_permit_on() {
    loom::model(|| {
        let (limiter, permit) = full();
        let gives_up = in_line(&limiter);
        let holder = thread::spawn(move || drop(permit));
        let quitter = thread::spawn(move || drop(gives_up));
        drop(block_on(limiter.acquire()));
        holder.join().unwrap();
        quitter.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn the_only_waiter_gives_up() {
    loom::model(|| {
        let (limiter, permit) = full();
        let gives_up = in_line(&limiter);
        let holder = thread::spawn(move || drop(permit));
        drop(gives_up);
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn an_exchanged_waker_is_not_lost() {
    loom::model(|| {
        let (limiter, permit) = full();
        let acquire = in_line(&limiter);
        let holder = thread::spawn(move || drop(permit));
        // The first poll left a waker that wakes nobody; this one has to take its place.
        drop(block_on(acquire));
        holder.join().unwrap();
        assert_at_rest(&limiter);
    });
}

#[test]
fn a_try_steals_nothing_from_who_waits() {
    loom::model(|| {
        let (limiter, permit) = full();
        let mut waits = in_line(&limiter);
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
fn a_raise_reaches_who_waits() {
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
        // What was done before the raise is seen by whom it admits.
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

/// A limit of two is changed to one, before and while two holders give their permits back. The one
/// holder under the new limit sees what both did under the old one.
fn two_holders(before: &[usize], meanwhile: &[usize]) {
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
    // The first one is not joined yet: only the permit can tell of it.
    second.join().unwrap();
    if let Some(_permit) = limiter.try_acquire() {
        assert_eq!(done.load(Relaxed), 1);
    }
    first.join().unwrap();
    assert_at_rest(&limiter);
}

#[test]
fn a_debt_that_is_paid_keeps_the_order_of_holders() {
    loom::model(|| two_holders(&[1], &[]));
}

#[test]
fn a_resize_keeps_the_order_of_holders() {
    loom::model(|| two_holders(&[], &[0, 1]));
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
fn a_resize_races_a_waiter_that_gives_up() {
    loom::model(|| {
        let (limiter, permit) = full();
        let gives_up = in_line(&limiter);
        let resizer = thread::spawn({
            let limiter = limiter.clone();
            move || limiter.set_limit(2)
        });
        drop(gives_up);
        resizer.join().unwrap();
        assert_eq!(limiter.available(), 1);
        drop(permit);
        assert_at_rest(&limiter);
    });
}

/// A semaphore that is closed while its permit comes back: the waiter has the permit, or hears of
/// the end.
#[test]
fn a_close_races_a_release() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        assert!(semaphore.try_acquire());
        let waits = |semaphore: &Semaphore| {
            let mut waiter = None;
            block_on(poll_fn(|cx| semaphore.poll_acquire(&mut waiter, cx.waker())))
        };
        let holder = thread::spawn({
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.release()
        });
        let closer = thread::spawn({
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.close()
        });
        if waits(&semaphore) == Ok(()) {
            semaphore.release();
        }
        holder.join().unwrap();
        closer.join().unwrap();
        assert!(waits(&semaphore).is_err() && !semaphore.try_acquire());
        assert_eq!(semaphore.waiting(), 0);
    });
}
