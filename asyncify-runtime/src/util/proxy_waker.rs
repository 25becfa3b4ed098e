//! A waker that wraps a user's waker and never panics.
//!
//! A library that stores wakers may fail if one of them panics: the thread of `futures-timer` ends,
//! and with it every timeout of the process; a `FuturesUnordered` never wakes its task again. Such
//! libraries are given a proxy waker, which does not panic when it is cloned, woken or dropped.

use std::mem;
// The standard library's, also under loom: `Wake` requires it.
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use crate::sync::{Mutex, MutexGuard};
use crate::util::{drop_quietly, wake_all};

/// Wakes the task of the last poll.
pub(crate) struct ProxyWaker {
    target: Arc<Target>,
    /// The target, as a waker.
    waker: Waker,
}

/// The waker of the task, until it is woken. User code never runs under the lock.
struct Target(Mutex<Option<Waker>>);

impl ProxyWaker {
    pub(crate) fn new() -> Self {
        let target = Arc::new(Target(Mutex::new(None)));
        Self { waker: target.clone().into(), target }
    }

    /// Returns the context for a poll on behalf of the task of `cx`.
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
        // Taken: the task sets its waker again with the next poll.
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
    fn the_last_waker_is_woken_once_and_its_panic_is_caught() {
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
