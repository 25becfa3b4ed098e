//! Wakers that panic, and wakers that come back in.

use super::{Caller, assert_at_rest};
use crate::limit::{Acquire, Limiter};
use crate::sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker's own");
    }
}

#[test]
fn a_waker_that_panics_harms_nobody_else() {
    let limiter = Limiter::new(0);
    let waker = Waker::from(Arc::new(Panics));
    let mut first = limiter.acquire();
    assert!(Pin::new(&mut first).poll(&mut Context::from_waker(&waker)).is_pending());
    let mut second = Caller::waiting(&limiter);
    limiter.set_limit(2);
    drop(second.admitted());
    assert!(Pin::new(&mut first).poll(&mut Context::from_waker(&waker)).is_ready());
    assert_at_rest(&limiter);
}

/// Drops a waiting acquisition as soon as another one is woken: on the releasing thread, in the
/// midst of the release.
struct Leaves(Mutex<Option<Acquire>>);

impl Wake for Leaves {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().expect("no panic").take());
    }
}

#[test]
fn a_waker_may_come_back_in() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().expect("a permit is spare");
    let leaves = Arc::new(Leaves(Mutex::new(None)));
    let waker = Waker::from(Arc::clone(&leaves));
    let mut acquire = limiter.acquire();
    assert!(Pin::new(&mut acquire).poll(&mut Context::from_waker(&waker)).is_pending());
    *leaves.0.lock().expect("no panic") = Some(acquire);
    let mut second = Caller::waiting(&limiter);
    drop(permit);
    drop(second.admitted());
    assert_at_rest(&limiter);
}

#[test]
fn polling_again_after_the_permit_is_a_clear_panic() {
    let limiter = Limiter::new(2);
    let mut caller = Caller::new(&limiter);
    let Poll::Ready(permit) = caller.poll() else { panic!("a permit is spare") };
    let payload = catch_unwind(AssertUnwindSafe(|| drop(caller.poll()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"`Acquire` polled after it gave its permit"));
    drop((caller, permit));
    assert_at_rest(&limiter);
}
