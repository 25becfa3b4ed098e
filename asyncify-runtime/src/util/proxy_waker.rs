//! A waker of ours in front of one of the user's.
//!
//! A library that keeps wakers may not be prepared for one that panics: the thread of `futures-timer`
//! ends, and with it every time-out of the process; a `FuturesUnordered` never wakes its task
//! again. So those get a waker that does not panic, whatever is done with it.

use std::mem;
// The standard library's even under loom: `Wake` asks for it.
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use crate::sync::{Mutex, MutexGuard};
use crate::util::{drop_quietly, wake_all};

/// Wakes the task that polled last.
pub(crate) struct ProxyWaker {
    target: Arc<Target>,
    /// The target, as a waker.
    waker: Waker,
}

/// The waker of the task, until it is woken. No code of the user's runs under the lock.
struct Target(Mutex<Option<Waker>>);

impl ProxyWaker {
    pub(crate) fn new() -> Self {
        let target = Arc::new(Target(Mutex::new(None)));
        Self { waker: target.clone().into(), target }
    }

    /// The context to poll with, on behalf of the task of `cx`.
    pub(crate) fn context(&self, cx: &Context<'_>) -> Context<'_> {
        self.target.set(cx.waker());
        Context::from_waker(&self.waker)
    }
}

impl Target {
    fn set(&self, waker: &Waker) {
        if self.lock().as_ref().is_some_and(|target| target.will_wake(waker)) {
            return;
        }
        let waker = Some(waker.clone());
        let before = mem::replace(&mut *self.lock(), waker);
        drop_quietly(before);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waker>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Wake for Target {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Once: the task polls before it waits again, and says who is to be woken.
        let waker = self.lock().take();
        wake_all(waker);
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        drop_quietly(self.lock().take());
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Panics(mpsc::Sender<()>);

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            self.0.send(()).unwrap();
            panic!("a waker's own");
        }
    }

    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(std::thread::panicking(), "a waker's own");
        }
    }

    #[test]
    fn who_polled_last_is_woken_once_and_keeps_its_panic() {
        let proxy = ProxyWaker::new();
        let (sender, woken) = mpsc::channel();
        for _ in 0..2 {
            let waker = Waker::from(Arc::new(Panics(sender.clone())));
            let kept = proxy.context(&Context::from_waker(&waker)).waker().clone();
            drop(crate::util::catch(move || drop(waker)));
            kept.wake_by_ref();
            kept.wake();
            assert_eq!(woken.try_iter().count(), 1);
        }
    }
}
