//! A tree of tokens: cancelling a token cancels all of its descendants.
//!
//! # Rules
//!
//! 1. A child has a strong reference to its parent, and a parent has weak references to its
//!    children. So a token stays linked to all of its ancestors, even if their handles are dropped.
//! 2. `cancelled` is set under the lock of `children`, and children are added under this lock. So a
//!    new child either is in the list that the canceller takes, or sees the flag.
//! 3. A canceller takes the list and releases the lock before it proceeds to the children, so no
//!    two nodes are locked at the same time. If a token and its ancestor are cancelled
//!    concurrently, one call may return while the other is still descending; when both have
//!    returned, all descendants are cancelled.
//! 4. All descendants are marked before the first waiter is woken, and wakers run under no lock. So
//!    a waker that checks, cancels or drops another token of the tree finds the whole subtree
//!    cancelled.
//! 5. Nothing here recurses: neither cancelling descendants, nor freeing a long chain of ancestors
//!    with their last descendant.
//!
//! [`Event`] implements the waiting.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Weak;
use std::task::Poll;

use super::DropGuard;
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::util::wait_queue::Event;

/// A token that requests the cancellation of work.
///
/// Clones are handles to the same token. A [child token](Self::child_token) is cancelled together
/// with its parent, and can be cancelled alone.
///
/// A running body gets the token of its own call from
/// [`cancellation_token`](crate::cancellation_token).
///
/// # Examples
///
/// ```
/// use asyncify_runtime::CancellationToken;
///
/// # futures::executor::block_on(async {
/// let job = CancellationToken::new();
/// let part = job.child_token();
/// job.cancel();
/// part.cancelled().await;
/// assert!(part.is_cancelled());
/// # });
/// ```
#[derive(Clone)]
pub struct CancellationToken {
    pub(super) node: std::sync::Arc<Node>,
}

pub(super) struct Node {
    cancelled: AtomicBool,
    /// Notified once, when the flag is set.
    event: Event,
    children: Mutex<Vec<Weak<Node>>>,
    /// Rule 1.
    parent: Option<std::sync::Arc<Node>>,
}

impl CancellationToken {
    /// Creates a token without a parent.
    #[must_use]
    pub fn new() -> Self {
        Self { node: Node::new(None, false) }
    }

    /// Creates a token that is cancelled when this token is cancelled.
    #[must_use]
    pub fn child_token(&self) -> Self {
        let mut children = self.node.lock_children();
        let node = Node::new(Some(self.node.clone()), self.is_cancelled());
        if !self.is_cancelled() {
            if children.len() == children.capacity() {
                // Only before the list would grow, so the amortized cost is constant.
                children.retain(|child| child.strong_count() > 0);
            }
            children.push(std::sync::Arc::downgrade(&node));
        }
        Self { node }
    }

    /// Cancels this token and all of its descendants. If it was cancelled before, this does
    /// nothing.
    pub fn cancel(&self) {
        if self.is_cancelled() {
            return;
        }
        let mut descendants = self.node.cancel();
        let mut with_waiters = Vec::new();
        while let Some(node) = descendants.pop() {
            descendants.append(&mut node.cancel());
            if node.event.waiters().is_some() {
                with_waiters.push(node);
            }
        }
        // Rule 4: later waiters see the flag.
        self.node.event.notify_all();
        for node in with_waiters {
            node.event.notify_all();
        }
    }

    /// Returns `true` if this token or one of its ancestors was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        // Acquire: pairs with the Release in `Node::cancel`.
        self.node.cancelled.load(Ordering::Acquire)
    }

    /// Waits until the token is cancelled.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn cancelled(&self) {
        self.node.event.wait_until(|| self.is_cancelled()).await;
    }

    /// Waits until the token is cancelled, as a future that owns the token and can be spawned.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn cancelled_owned(self) {
        self.cancelled().await;
    }

    /// Runs a future until it completes or the token is cancelled. Returns `None` if the token was
    /// cancelled; the future is dropped then.
    ///
    /// If the token is cancelled before the first poll, the future is not polled. If the future
    /// completes at the same time as the token is cancelled, its output is returned.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{CancellationToken, asyncify};
    ///
    /// # futures::executor::block_on(async {
    /// let stop = CancellationToken::new();
    /// let text = stop.run_until_cancelled(asyncify!(std::fs::read_to_string("Cargo.toml"))).await;
    /// assert!(text.unwrap()?.contains("[package]"));
    /// stop.cancel();
    /// assert_eq!(stop.run_until_cancelled(std::future::pending::<()>()).await, None);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub async fn run_until_cancelled<F: IntoFuture>(&self, future: F) -> Option<F::Output> {
        if self.is_cancelled() {
            return None;
        }
        let mut future = pin!(future.into_future());
        let mut cancelled = pin!(self.cancelled());
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => cancelled.as_mut().poll(cx).map(|()| None),
        })
        .await
    }

    /// Returns a guard that cancels the token when it is dropped.
    #[must_use = "dropping the guard cancels the token"]
    pub fn drop_guard(self) -> DropGuard {
        DropGuard::new(self)
    }
}

impl Node {
    fn new(parent: Option<std::sync::Arc<Self>>, cancelled: bool) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            cancelled: AtomicBool::new(cancelled),
            event: Event::new(),
            children: Mutex::new(Vec::new()),
            parent,
        })
    }

    /// Sets the flag. Returns the children, unless the flag was set before.
    fn cancel(&self) -> Vec<std::sync::Arc<Self>> {
        let children = {
            let mut children = self.lock_children();
            // Release: publishes the canceller's earlier writes to readers of the flag.
            self.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut *children)
        };
        children.iter().filter_map(Weak::upgrade).collect()
    }

    fn lock_children(&self) -> MutexGuard<'_, Vec<Weak<Self>>> {
        self.children.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Node {
    /// Frees a long chain of ancestors one by one: recursion would take a stack frame for each.
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(mut node) = parent.and_then(std::sync::Arc::into_inner) {
            parent = node.parent.take();
        }
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

/// Two handles are equal if they are handles to the same token.
impl PartialEq for CancellationToken {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.node, &other.node)
    }
}

impl Eq for CancellationToken {}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;
    use std::task::{Context, Wake, Waker};

    use super::*;
    use crate::sync::AtomicUsize;

    #[test]
    fn cancelling_reaches_descendants_and_no_ancestors() {
        let root = CancellationToken::new();
        let middle = root.child_token();
        let leaf = middle.child_token();
        let sibling = root.child_token();
        middle.cancel();
        assert!(leaf.is_cancelled() && middle.is_cancelled());
        assert!(!root.is_cancelled() && !sibling.is_cancelled());
        assert!(middle.child_token().is_cancelled());
    }

    #[test]
    fn a_dropped_token_does_not_unlink_its_descendants() {
        let root = CancellationToken::new();
        let leaf = root.child_token().child_token();
        root.cancel();
        assert!(leaf.is_cancelled());
    }

    #[test]
    fn dropped_children_are_removed_from_the_list() {
        let root = CancellationToken::new();
        for _ in 0..if cfg!(miri) { 200 } else { 10_000 } {
            drop(root.child_token());
        }
        assert!(root.node.lock_children().capacity() < 100);
    }

    #[test]
    fn a_long_chain_is_freed_without_recursion() {
        drop(chain(&CancellationToken::new()));
    }

    #[test]
    fn a_long_chain_is_cancelled_without_recursion() {
        let root = CancellationToken::new();
        let leaf = chain(&root);
        let mut waits = pin!(leaf.cancelled());
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        root.cancel();
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    /// Returns the last token of a long chain of descendants.
    fn chain(root: &CancellationToken) -> CancellationToken {
        let depth = if cfg!(miri) { 100 } else { 200_000 };
        (0..depth).fold(root.child_token(), |token, _| token.child_token())
    }

    /// Runs a closure when it is woken, and counts that.
    struct OnWake<F>(F, AtomicUsize);

    impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
        fn wake(self: Arc<Self>) {
            self.1.fetch_add(1, Ordering::Relaxed);
            (self.0)();
        }
    }

    fn on_wake<F: Fn() + Send + Sync + 'static>(f: F) -> Arc<OnWake<F>> {
        Arc::new(OnWake(f, AtomicUsize::new(0)))
    }

    /// Waits for one token several times, cancels the other, and returns the number of wake-ups.
    /// `f` runs in each wake-up.
    fn cancel_with<F>(waits_for: &CancellationToken, cancelled: &CancellationToken, f: F) -> usize
    where
        F: Fn() + Send + Sync + 'static,
    {
        let wakers = on_wake(f);
        let waker = Waker::from(wakers.clone());
        let mut cx = Context::from_waker(&waker);
        let mut waiters: Vec<_> = (0..3).map(|_| Box::pin(waits_for.cancelled())).collect();
        for waiter in &mut waiters {
            assert!(waiter.as_mut().poll(&mut cx).is_pending());
        }
        cancelled.cancel();
        for waiter in &mut waiters {
            assert!(waiter.as_mut().poll(&mut cx).is_ready());
        }
        wakers.1.load(Ordering::Relaxed)
    }

    #[test]
    fn a_waker_may_cancel_and_everything_is_marked_before_it_runs() {
        let root = CancellationToken::new();
        let (child, sibling) = (root.child_token(), root.child_token());
        let seen = sibling.clone();
        let woken = cancel_with(&child, &root.clone(), move || {
            assert!(seen.is_cancelled());
            root.cancel();
            seen.cancel();
            assert!(root.child_token().is_cancelled());
        });
        assert_eq!(woken, 3);
    }

    #[test]
    fn a_childs_waker_may_cancel_the_parent() {
        let root = CancellationToken::new();
        let (child, sibling) = (root.child_token(), root.child_token());
        assert_eq!(cancel_with(&child.clone(), &child, move || root.cancel()), 3);
        assert!(sibling.is_cancelled());
    }

    #[test]
    fn all_waiters_are_woken_even_if_wakers_panic() {
        let root = CancellationToken::new();
        let child = root.child_token();
        assert_eq!(cancel_with(&child, &root, || panic!("a waker's own")), 3);
    }

    #[test]
    fn a_waker_may_drop_the_last_token() {
        let root = CancellationToken::new();
        let child = root.child_token();
        let last = Mutex::new(Some(root));
        let waker = Waker::from(on_wake(move || drop(last.lock().unwrap().take())));
        let mut waits = pin!(child.cancelled());
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        child.cancel();
        drop(waker);
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[test]
    fn handles_to_one_token_are_equal() {
        let token = CancellationToken::new();
        assert_eq!(token, token.clone());
        assert_ne!(token, token.child_token());
        assert_ne!(token, CancellationToken::new());
    }

    #[test]
    fn an_owned_wait_outlives_the_handle() {
        let token = CancellationToken::new();
        let mut waits: std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'static>> =
            Box::pin(token.clone().cancelled_owned());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(waits.as_mut().poll(&mut cx).is_pending());
        token.cancel();
        drop(token);
        assert!(waits.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn a_future_runs_until_the_token_is_cancelled() {
        let token = CancellationToken::new();
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(pin!(token.run_until_cancelled(ready(5))).poll(&mut cx), Poll::Ready(Some(5)));
        let (dropped, polled) = (Arc::new(()), AtomicBool::new(false));
        let held = dropped.clone();
        let mut stops = pin!(token.run_until_cancelled(async move {
            pending::<()>().await;
            drop(held);
        }));
        assert!(stops.as_mut().poll(&mut cx).is_pending());
        // A future that completes when the token is cancelled: its output is not lost.
        let mut completes = pin!(token.run_until_cancelled(async {
            token.cancelled().await;
            5
        }));
        assert!(completes.as_mut().poll(&mut cx).is_pending());
        token.cancel();
        assert_eq!(stops.as_mut().poll(&mut cx), Poll::Ready(None));
        assert_eq!(Arc::strong_count(&dropped), 1);
        assert_eq!(completes.as_mut().poll(&mut cx), Poll::Ready(Some(5)));
        let mut late = pin!(token.run_until_cancelled(async {
            polled.store(true, Ordering::Relaxed);
        }));
        assert_eq!(late.as_mut().poll(&mut cx), Poll::Ready(None));
        assert!(!polled.load(Ordering::Relaxed));
    }

    #[test]
    fn cancelling_wakes_waiters_and_later_ones_do_not_wait() {
        let token = CancellationToken::new();
        let mut waits = pin!(token.cancelled());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(waits.as_mut().poll(&mut cx).is_pending());
        drop(token.clone().drop_guard());
        assert_eq!(waits.as_mut().poll(&mut cx), Poll::Ready(()));
        assert_eq!(pin!(token.cancelled()).poll(&mut cx), Poll::Ready(()));
    }
}

#[cfg(all(test, asyncify_loom))]
mod models {
    use loom::thread;

    use super::*;

    #[test]
    fn a_child_made_while_the_parent_is_cancelled_is_cancelled() {
        loom::model(|| {
            let parent = CancellationToken::new();
            let canceller = parent.clone();
            let thread = thread::spawn(move || canceller.cancel());
            let child = parent.child_token();
            thread.join().unwrap();
            assert!(child.is_cancelled());
        });
    }

    #[test]
    fn cancelling_a_parent_wakes_a_waiter_of_its_child() {
        loom::model(|| {
            let parent = CancellationToken::new();
            let child = parent.child_token();
            let thread = thread::spawn(move || parent.cancel());
            loom::future::block_on(child.cancelled());
            thread.join().unwrap();
        });
    }

    #[test]
    fn concurrent_cancels_reach_the_child_of_a_dropped_token() {
        loom::model(|| {
            let parent = CancellationToken::new();
            let child = parent.child_token();
            let grandchild = child.child_token();
            let canceller = child.clone();
            let thread = thread::spawn(move || canceller.cancel());
            drop(child);
            parent.cancel();
            thread.join().unwrap();
            assert!(grandchild.is_cancelled());
        });
    }
}
