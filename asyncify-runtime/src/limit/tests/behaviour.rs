//! The documented behaviour. The names in brackets are the corresponding tests of anyio and trio.

use super::{Caller, assert_at_rest};
use crate::limit::{Acquire, Limiter, LimiterPermit};
use futures::executor::block_on;
use std::mem::size_of;

#[track_caller]
fn taken(limiter: &Limiter) -> LimiterPermit {
    limiter.try_acquire().expect("a permit is available")
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
fn a_caller_waits_if_no_permit_is_available() {
    let limiter = Limiter::new(2);
    let (first, _second) = (taken(&limiter), taken(&limiter));
    let mut third = Caller::waiting(&limiter);
    assert_eq!(limiter.waiting(), 1);
    third.assert_waits();
    drop(first);
    assert_eq!(limiter.waiting(), 0);
    drop(third.permit());
    assert_eq!(limiter.available(), 1);
}

/// \[anyio `test_ordered_queue`, trio `test_generic_lock_fifo_fairness`]
#[test]
fn permits_are_granted_in_order() {
    let limiter = Limiter::new(1);
    let mut permit = taken(&limiter);
    let mut waiters: Vec<_> = (0..100).map(|_| Caller::waiting(&limiter)).collect();
    for next in 0..waiters.len() {
        drop(permit);
        assert!(waiters[next + 1..].iter().all(|behind| behind.wake_ups() == 0));
        permit = waiters[next].permit();
    }
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn the_first_poll_enters_the_wait_queue() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut made_first = Caller::new(&limiter, 1);
    let mut polled_first = Caller::waiting(&limiter);
    made_first.assert_waits();
    drop(permit);
    made_first.assert_waits();
    drop(polled_first.permit());
    drop(made_first.permit());
}

#[test]
fn a_request_for_many_permits_is_not_starved_by_smaller_ones() {
    let limiter = Limiter::new(3);
    let mut held = [taken(&limiter), taken(&limiter), taken(&limiter)].map(Some);
    let mut large = Caller::waiting_for(&limiter, 3);
    let mut small = Caller::waiting(&limiter);
    for permit in &mut held[..2] {
        drop(permit.take());
        assert!(limiter.try_acquire().is_none());
        large.assert_waits();
        small.assert_waits();
        assert_eq!((limiter.available(), limiter.waiting()), (0, 2));
    }
    drop(held);
    let permits = large.permit();
    assert_eq!(permits.num_permits(), 3);
    small.assert_waits();
    drop(permits);
    drop(small.permit());
    assert_at_rest(&limiter);
}

#[test]
fn permits_reserved_for_a_caller_that_gives_up_go_to_the_next_ones() {
    let limiter = Limiter::new(3);
    let held = taken(&limiter);
    let large = Caller::waiting_for(&limiter, 3);
    let (mut first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    let mut third = Caller::waiting(&limiter);
    drop(large);
    drop((first.permit(), held));
    drop((second.permit(), third.permit()));
    assert_at_rest(&limiter);
    // Without other waiters they become available.
    let held = limiter.try_acquire_many(2).expect("there are three");
    drop(Caller::waiting_for(&limiter, 2));
    assert_eq!(limiter.available(), 1);
    drop(held);
    assert_at_rest(&limiter);
}

#[test]
fn one_release_grants_permits_to_several_callers() {
    let limiter = Limiter::new(3);
    let held = limiter.try_acquire_many(3).expect("there are three");
    let mut callers = [1, 2].map(|permits| Caller::waiting_for(&limiter, permits));
    drop(held);
    drop(callers.each_mut().map(|caller| caller.permit()));
    assert_at_rest(&limiter);
}

#[test]
fn a_request_above_the_limit_waits_until_the_limit_is_raised() {
    let limiter = Limiter::new(1);
    let mut large = Caller::waiting_for(&limiter, 3);
    // Lowering the limit takes the permit that is reserved.
    limiter.set_limit(0);
    limiter.set_limit(2);
    large.assert_waits();
    limiter.set_limit(4);
    let permits = large.permit();
    assert_eq!(limiter.available(), 1);
    drop(permits);
    assert_at_rest(&limiter);
}

/// \[anyio `test_nowait_acquire_after_release_does_not_oversubscribe`]
#[test]
fn a_granted_permit_cannot_be_taken_by_another_caller() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut oldest = Caller::waiting(&limiter);
    drop(permit);
    assert_eq!(limiter.available(), 0);
    assert!(limiter.try_acquire().is_none());
    let mut newcomer = Caller::waiting(&limiter);
    drop(oldest.permit());
    drop(newcomer.permit());
    assert_at_rest(&limiter);
}

/// \[trio `test_generic_lock_acquire_nowait_blocks_acquire`]
#[test]
fn a_permit_of_try_acquire_counts() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut caller = Caller::waiting(&limiter);
    drop(permit);
    drop(caller.permit());
}

/// \[anyio `test_increase_tokens`, `test_increase_tokens_lets_others_acquire`]
#[test]
fn a_raised_limit_grants_exactly_the_new_permits() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut waiters: Vec<_> = (0..4).map(|_| Caller::waiting(&limiter)).collect();
    limiter.set_limit(3);
    assert_eq!(limiter.limit(), 3);
    assert_eq!(limiter.waiting(), 2);
    let admitted = (waiters[0].permit(), waiters[1].permit());
    waiters[2].assert_waits();
    waiters[3].assert_waits();
    limiter.set_limit(9);
    drop((waiters[2].permit(), waiters[3].permit()));
    assert_eq!(limiter.available(), 6);
    drop((permit, admitted));
    assert_at_rest(&limiter);
}

/// \[trio `test_CapacityLimiter_change_total_tokens`]
#[test]
fn a_lowered_limit_revokes_nothing_and_grants_fewer_permits_later() {
    let limiter = Limiter::new(3);
    let mut permits = vec![taken(&limiter), taken(&limiter), taken(&limiter)];
    limiter.set_limit(1);
    let mut caller = Caller::waiting(&limiter);
    permits.pop();
    caller.assert_waits();
    permits.pop();
    caller.assert_waits();
    permits.pop();
    let permit = caller.permit();
    assert!(limiter.try_acquire().is_none());
    drop(permit);
    assert_at_rest(&limiter);
}

#[test]
fn a_lowered_limit_removes_available_permits_first() {
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
fn a_raised_limit_pays_the_debt_first() {
    let limiter = Limiter::new(4);
    let permits = [(); 4].map(|()| taken(&limiter));
    limiter.set_limit(1);
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(4);
    caller.assert_waits();
    limiter.set_limit(5);
    drop(caller.permit());
    drop(permits);
    assert_at_rest(&limiter);
}

#[test]
fn a_lowered_limit_does_not_revoke_a_granted_permit() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let mut caller = Caller::waiting(&limiter);
    drop(permit);
    limiter.set_limit(0);
    drop(caller.permit());
    assert!(limiter.try_acquire().is_none());
    assert_at_rest(&limiter);
}

/// \[anyio `test_zero_tokens`]
#[test]
fn a_limit_of_zero_pauses_callers() {
    let limiter = Limiter::new(0);
    assert!(limiter.try_acquire().is_none());
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(1);
    drop(caller.permit());
    limiter.set_limit(0);
    let mut caller = Caller::waiting(&limiter);
    limiter.set_limit(2);
    drop(caller.permit());
    assert_at_rest(&limiter);
}

/// \[trio `test_CapacityLimiter_inf`]
#[test]
fn the_largest_limit_is_no_limit() {
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
fn a_cancelled_waiter_leaves_the_queue() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(first);
    assert_eq!(limiter.waiting(), 1);
    drop(permit);
    drop(second.permit());
    assert_at_rest(&limiter);
}

/// \[anyio `test_asyncio_deadlock`]
#[test]
fn a_waiter_cancelled_after_its_grant_passes_the_permit_on() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(permit);
    second.assert_waits();
    drop(first);
    drop(second.permit());
    assert_at_rest(&limiter);
}

#[test]
fn the_last_waiter_cancelled_after_its_grant_releases_the_permit() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let caller = Caller::waiting(&limiter);
    drop(permit);
    assert_eq!(limiter.available(), 0);
    drop(caller);
    assert_at_rest(&limiter);
}

#[test]
fn a_permit_of_a_cancelled_waiter_pays_the_debt() {
    let limiter = Limiter::new(1);
    let permit = taken(&limiter);
    let (first, mut second) = (Caller::waiting(&limiter), Caller::waiting(&limiter));
    drop(permit);
    limiter.set_limit(0);
    drop(first);
    second.assert_waits();
    limiter.set_limit(1);
    drop(second.permit());
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
fn the_numbers_are_reported() {
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
    assert_eq!(limiter, clone);
    assert_ne!(limiter, Limiter::new(1));
    let permit = taken(&clone);
    assert_eq!(permit.limiter(), &limiter);
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
fn types_are_small_and_send_and_sync() {
    fn is_send_and_sync<T: Send + Sync + Unpin + 'static>() {}
    is_send_and_sync::<Limiter>();
    is_send_and_sync::<LimiterPermit>();
    is_send_and_sync::<Acquire>();
    assert_eq!(size_of::<Limiter>(), size_of::<usize>());
    // With the number of permits.
    assert_eq!(size_of::<Option<LimiterPermit>>(), 2 * size_of::<usize>());
    assert!(size_of::<Acquire>() <= 32);
}
