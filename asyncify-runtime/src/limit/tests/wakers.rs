//! Wakers that panic, and wakers that call into the limiter.

use super::{Caller, assert_at_rest};
use crate::limit::{Acquire, Limiter};
use crate::sync::Mutex;
use crate::util::test_util::waker_that_panics_when_woken;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

#[test]
fn a_panic_of_a_waker_does_not_affect_other_waiters() {
    let limiter = Limiter::new(0);
    let waker = waker_that_panics_when_woken();
    let mut first = limiter.acquire();
    assert!(Pin::new(&mut first).poll(&mut Context::from_waker(&waker)).is_pending());
    let mut second = Caller::waiting(&limiter);
    limiter.set_limit(2);
    drop(second.permit());
    assert!(Pin::new(&mut first).poll(&mut Context::from_waker(&waker)).is_ready());
    assert_at_rest(&limiter);
}

/// Drops a waiting `Acquire` when it is woken, on the thread that releases the permit.
struct DropOnWake(Mutex<Option<Acquire>>);

impl Wake for DropOnWake {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().expect("no panic").take());
    }
}

#[test]
fn a_waker_may_call_into_the_limiter() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().expect("a permit is available");
    let drop_on_wake = Arc::new(DropOnWake(Mutex::new(None)));
    let waker = Waker::from(Arc::clone(&drop_on_wake));
    let mut acquire = limiter.acquire();
    assert!(Pin::new(&mut acquire).poll(&mut Context::from_waker(&waker)).is_pending());
    *drop_on_wake.0.lock().expect("no panic") = Some(acquire);
    let mut second = Caller::waiting(&limiter);
    drop(permit);
    drop(second.permit());
    assert_at_rest(&limiter);
}

#[test]
fn polling_after_completion_panics() {
    let limiter = Limiter::new(2);
    let mut caller = Caller::new(&limiter, 1);
    let Poll::Ready(permit) = caller.poll() else { panic!("a permit is available") };
    let payload = catch_unwind(AssertUnwindSafe(|| drop(caller.poll()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"`Acquire` polled after completion"));
    drop((caller, permit));
    assert_at_rest(&limiter);
}
