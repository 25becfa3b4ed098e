//! Limiters, as their users see them; most tests poll by hand, so that every step has its place.

mod behaviour;
mod hostile;
mod random;
mod threads;

use super::{Acquire, Limiter, LimiterPermit};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};

/// Fewer rounds under miri, which runs each a thousand times slower.
fn rounds(natively: usize) -> usize {
    if cfg!(miri) { natively.div_ceil(100).min(4) } else { natively }
}

/// All permits are back, none too many, and nobody is left in the line.
#[track_caller]
fn assert_at_rest(limiter: &Limiter) {
    assert_eq!(limiter.available(), limiter.limit());
    assert_eq!(limiter.waiting(), 0);
}

/// An acquisition by a task that notes when it is woken.
struct Caller {
    acquire: Acquire,
    waker: Waker,
    woken: Receiver<()>,
}

struct Note(Sender<()>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        // A caller that has left does not listen.
        let _ = self.0.send(());
    }
}

impl Caller {
    fn new(limiter: &Limiter) -> Self {
        let (note, woken) = channel();
        Self { acquire: limiter.acquire(), waker: Waker::from(Arc::new(Note(note))), woken }
    }

    /// One that has its place in the line.
    #[track_caller]
    fn waiting(limiter: &Limiter) -> Self {
        let mut caller = Self::new(limiter);
        assert!(caller.poll().is_pending());
        caller
    }

    fn poll(&mut self) -> Poll<LimiterPermit> {
        Pin::new(&mut self.acquire).poll(&mut Context::from_waker(&self.waker))
    }

    /// The number of wake-ups since the last look.
    fn wake_ups(&self) -> usize {
        self.woken.try_iter().count()
    }

    /// The permit of a caller that was woken for it.
    #[track_caller]
    fn admitted(&mut self) -> LimiterPermit {
        assert_eq!(self.wake_ups(), 1);
        match self.poll() {
            Poll::Ready(permit) => permit,
            Poll::Pending => panic!("woken, but not admitted"),
        }
    }

    #[track_caller]
    fn assert_waits(&mut self) {
        assert_eq!(self.wake_ups(), 0);
        assert!(self.poll().is_pending());
    }
}
