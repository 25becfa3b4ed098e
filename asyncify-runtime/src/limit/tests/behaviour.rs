//! What callers may rely on. The names in brackets are anyio's and trio's tests of the same.

use super::{Caller, assert_at_rest};
use crate::limit::{Acquire, Limiter, LimiterPermit};
use futures::executor::block_on;
use std::mem::size_of;

#[track_caller]
fn taken(limiter: &Limiter) -> LimiterPermit {
    limiter.try_acquire().expect("a permit is spare")
}

/// \[anyio `test_borrow`, trio `test_CapacityLimiter`]
#[test]
fn a_permit_is_taken_until_it_is_dropped() {
    let limiter = Limiter::new(2);
    let first = block_on(limiter.acquire());
    assert_eq!(limiter.available(), 1);
    let second = taken(&limiter);
    assert_eq!(limiter.available(), 0);
    assert!(limiter.try_acquire().is_none());
    drop(first);
    assert_eq!(limiter.available(), 1);
    drop(second);
    assert_at_rest(&limiter);
}

/// \[anyio `test_limit`]
#[test]
fn who_finds_no_permit_waits() {
    let limiter = Limiter::new(2);
    let (first, _second) = (taken(&limiter), taken(&limiter));
    let mut third = Caller::waiting(&limiter);
    assert_eq!(limiter.waiting(), 1);
    third.assert_waits();
    drop(first);
    assert_eq!(limiter.waiting(), 0);
    drop(third.admitted());
    assert_eq!(limiter.available(), 1);
}

/// \[anyio `test_ordered_queue`, trio `test_generic_lock_fifo_fairness`]
#[test]
fn the_oldest_waiter_is_first() {
    let limiter = Limiter::new(1);
    let mut permit = taken(&limiter);
    let mut line: Vec<_> = (0..100).map(|_| Caller::waiting(&limiter)).collect();
    for next in 0..line.len() {
        drop(permit);
        assert!(line[next + 1..].iter().all(|behind| behind.wake_ups() == 0));
        permit = line[next].admitted();
    }
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn a_turn_begins_with_the_first_poll() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut made_first = Caller::new(&limiter);
    let mut polled_first = Caller::waiting(&limiter);
    made_first.assert_waits();
    drop(permit);
    made_first.assert_waits();
    drop(polled_first.admitted());
    drop(made_first.admitted());
}

/// \[anyio `test_nowait_acquire_after_release_does_not_oversubscribe`]
#[test]
fn a_permit_on_its_way_cannot_be_stolen() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut oldest = Caller::waiting(&limiter);
    drop(permit);
    assert_eq!(limiter.available(), 0);
    assert!(limiter.try_acquire().is_none());
    let mut newcomer = Caller::waiting(&limiter);
    drop(oldest.admitted());
    drop(newcomer.admitted());
    assert_at_rest(&limiter);
}

/// \[trio `test_generic_lock_acquire_nowait_blocks_acquire`]
#[test]
fn a_permit_that_was_tried_for_counts() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut caller = Caller::waiting(&limiter);
    drop(permit);
    drop(caller.admitted());
}

/// \[anyio `test_increase_tokens`, `test_increase_tokens_lets_others_acquire`]
#[test]
fn a_raise_admits_exactly_the_spare_number() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut line: Vec<_> = (0..4).map(|_| Caller::waiting(&limiter)).collect();
    limiter.set_limit(3);
    assert_eq!(limiter.limit(), 3);
    assert_eq!(limiter.waiting(), 2);
    let admitted = (line[0].admitted(), line[1].admitted());
    line[2].assert_waits();
    line[3].assert_waits();
    limiter.set_limit(9);
    drop((line[2].admitted(), line[3].admitted()));
    assert_eq!(limiter.available(), 6);
    drop((permit, admitted));
    assert_at_rest(&limiter);
}

/// \[trio `test_CapacityLimiter_change_total_tokens`]
#[test]
fn a_cut_revokes_nothing_and_admits_fewer_later() {
    let limiter = Limiter::new(3);
    let mut permits = vec![taken(&limiter), taken(&limiter), taken(&limiter)];
    limiter.set_limit(1);
    let mut caller = Caller::waiting(&limiter);
    permits.pop();
    caller.assert_waits();
    permits.pop();
    caller.assert_waits();
    permits.pop();
    let permit = caller.admitted();
    assert!(limiter.try_acquire().is_none());
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn a_cut_takes_spare_permits_first() {
    let limiter = Limiter::new(5);
    let permit = taken(&limiter);
    limiter.set_limit(3);
    assert_eq!(limiter.available(), 2);
    limiter.set_limit(1);
    assert_eq!(limiter.available(), 0);
    assert!(limiter.try_acquire().is_none());
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn a_raise_after_a_cut_pays_the_debt_first() {
    let limiter = Limiter::new(4);
    let permits = [(); 4].map(|()| taken(&limiter));
    limiter.set_limit(1);
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(4);
    caller.assert_waits();
    limiter.set_limit(5);
    drop(caller.admitted());
    drop(permits);
    assert_at_rest(&limiter);
}

#[test]
fn a_cut_leaves_a_permit_on_its_way() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut caller = Caller::waiting(&limiter);
    drop(permit);
    limiter.set_limit(0);
    drop(caller.admitted());
    assert!(limiter.try_acquire().is_none());
    assert_at_rest(&limiter);
}

/// \[anyio `test_zero_tokens`]
#[test]
fn no_permits_is_a_pause() {
    let limiter = Limiter::new(0);
    assert!(limiter.try_acquire().is_none());
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(1);
    drop(caller.admitted());
    limiter.set_limit(0);
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(2);
    drop(caller.admitted());
    assert_at_rest(&limiter);
}

/// \[trio `test_CapacityLimiter_inf`]
#[test]
fn the_largest_limit_does_not_limit() {
    let limiter = Limiter::new(usize::MAX);
    assert_eq!(limiter.limit(), usize::MAX);
    let permits: Vec<_> = (0..1000).map(|_| taken(&limiter)).collect();
    limiter.set_limit(usize::MAX - 1);
    limiter.set_limit(1001);
    assert_eq!(limiter.available(), 1);
    limiter.set_limit(usize::MAX);
    drop(permits);
    limiter.set_limit(7);
    assert_at_rest(&limiter);
}

/// \[anyio `test_acquire_cancelled`]
#[test]
fn who_gives_up_leaves_the_line() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(first);
    assert_eq!(limiter.waiting(), 1);
    drop(permit);
    drop(second.admitted());
    assert_at_rest(&limiter);
}

/// \[anyio `test_asyncio_deadlock`]
#[test]
fn who_gives_up_after_the_call_passes_the_permit_on() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(permit);
    second.assert_waits();
    drop(first);
    drop(second.admitted());
    assert_at_rest(&limiter);
}

#[test]
fn the_last_one_to_give_up_leaves_a_spare_permit() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let caller = Caller::waiting(&limiter);
    drop(permit);
    assert_eq!(limiter.available(), 0);
    drop(caller);
    assert_at_rest(&limiter);
}

#[test]
fn a_permit_passed_on_after_a_cut_pays_the_debt() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(permit);
    limiter.set_limit(0);
    drop(first);
    second.assert_waits();
    limiter.set_limit(1);
    drop(second.admitted());
    assert_at_rest(&limiter);
}

#[test]
fn an_unpolled_acquire_takes_nothing() {
    let limiter = Limiter::new(1);
    let acquire = limiter.acquire();
    assert_at_rest(&limiter);
    drop(acquire);
    assert_at_rest(&limiter);
}

/// \[anyio `test_statistics`]
#[test]
fn the_numbers_are_told() {
    let limiter = Limiter::new(3);
    let permits = [(); 3].map(|()| taken(&limiter));
    let _callers = [(); 2].map(|()| Caller::waiting(&limiter));
    assert_eq!((limiter.limit(), limiter.available(), limiter.waiting()), (3, 0, 2));
    assert_eq!(format!("{limiter:?}"), "Limiter { limit: 3, available: 0, waiting: 2 }");
    drop(permits);
    assert_eq!((limiter.limit(), limiter.available(), limiter.waiting()), (3, 1, 0));
}

#[test]
fn clones_are_one_limiter() {
    let limiter = Limiter::new(1);
    let clone = limiter.clone();
    assert!(limiter.same_as(&clone));
    assert!(!limiter.same_as(&Limiter::new(1)));
    let permit = taken(&clone);
    assert!(permit.limiter().same_as(&limiter));
    assert!(limiter.try_acquire().is_none());
    clone.set_limit(2);
    assert_eq!(limiter.available(), 1);
}

#[test]
fn a_permit_outlives_every_other_handle() {
    let limiter = Limiter::new(1);
    let acquire = limiter.acquire();
    drop(limiter);
    let permit = block_on(acquire);
    let limiter = permit.limiter().clone();
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn everything_is_small_and_goes_anywhere() {
    fn goes_anywhere<T: Send + Sync + Unpin + 'static>() {}
    goes_anywhere::<Limiter>();
    goes_anywhere::<LimiterPermit>();
    goes_anywhere::<Acquire>();
    assert_eq!(size_of::<Limiter>(), size_of::<usize>());
    assert_eq!(size_of::<Option<LimiterPermit>>(), size_of::<usize>());
    assert!(size_of::<Acquire>() <= 24);
}
