//! Tests of limiters; most of them poll by hand, so that the order of the steps is fixed.

mod behaviour;
mod random;
mod threads;
mod wakers;

use super::{Acquire, Limiter, LimiterPermit};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};

/// The number of rounds: fewer under miri, which is a thousand times slower.
fn rounds(natively: usize) -> usize {
    if cfg!(miri) { natively.div_ceil(100).min(4) } else { natively }
}

/// Checks that all permits are available, and no others, and that the wait queue is empty.
#[track_caller]
fn assert_at_rest(limiter: &Limiter) {
    assert_eq!(limiter.available(), limiter.limit());
    assert_eq!(limiter.waiting(), 0);
}

/// A task that acquires a permit and counts its wake-ups.
struct Caller {
    acquire: Acquire,
    waker: Waker,
    woken: Receiver<()>,
}

struct SendOnWake(Sender<()>);

impl Wake for SendOnWake {
    fn wake(self: Arc<Self>) {
        // The caller may have been dropped.
        let _ = self.0.send(());
    }
}

impl Caller {
    fn new(limiter: &Limiter, permits: usize) -> Self {
        let (note, woken) = channel();
        let acquire = limiter.acquire_many(permits);
        Self { acquire, waker: Waker::from(Arc::new(SendOnWake(note))), woken }
    }

    /// A caller in the wait queue, for one permit.
    #[track_caller]
    fn waiting(limiter: &Limiter) -> Self {
        Self::waiting_for(limiter, 1)
    }

    #[track_caller]
    fn waiting_for(limiter: &Limiter, permits: usize) -> Self {
        let mut caller = Self::new(limiter, permits);
        assert!(caller.poll().is_pending());
        caller
    }

    fn poll(&mut self) -> Poll<LimiterPermit> {
        Pin::new(&mut self.acquire).poll(&mut Context::from_waker(&self.waker))
    }

    /// The number of wake-ups since the last call.
    fn wake_ups(&self) -> usize {
        self.woken.try_iter().count()
    }

    /// Returns the permit of a caller that was woken.
    #[track_caller]
    fn permit(&mut self) -> LimiterPermit {
        assert_eq!(self.wake_ups(), 1);
        match self.poll() {
            Poll::Ready(permit) => permit,
            Poll::Pending => panic!("woken without a permit"),
        }
    }

    #[track_caller]
    fn assert_waits(&mut self) {
        assert_eq!(self.wake_ups(), 0);
        assert!(self.poll().is_pending());
    }
}
