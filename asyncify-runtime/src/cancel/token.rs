//! A tree of tokens: cancelling one cancels all below it.
//!
//! # Rules
//!
//! 1. A child keeps its parent alive, a parent only knows its children. So a token is linked to
//!    every one above it, whatever handles were dropped in between.
//! 2. `cancelled` is set under the lock of `children`, and children are added under it: one that is
//!    added either is in the list that the canceller takes, or sees the flag.
//! 3. A canceller takes the list out and gives the lock up before it goes on to the children: no
//!    two nodes are ever locked at once. So of two that cancel at once, above and below, one may
//!    return while the other is still on its way down; when both have returned, all is cancelled.
//! 4. Everything below is marked before anybody is woken, and wakers run under no lock: a waker
//!    that looks at another token of the tree, cancels one, or drops one, finds the tree cancelled.
//! 5. Neither way recurses: not down, when cancelling, nor up, when the last token below a long
//!    line of ancestors is dropped.
//!
//! The waiting itself is [`Event`]'s.

use std::fmt;
use std::sync::Weak;

use super::DropGuard;
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::util::wait_queue::Event;

/// Tells work that nobody wants its result any more.
///
/// Clones are the same token. A [child](Self::child_token) is cancelled with its parent, and can be
/// cancelled alone.
///
/// [`cancellation_token`](crate::cancellation_token) gives a running body the token of its own
/// call.
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
    node: std::sync::Arc<Node>,
}

struct Node {
    cancelled: AtomicBool,
    /// Notified once, when the flag is set.
    event: Event,
    children: Mutex<Vec<Weak<Node>>>,
    /// Rule 1.
    parent: Option<std::sync::Arc<Node>>,
}

impl CancellationToken {
    /// A token of its own.
    #[must_use]
    pub fn new() -> Self {
        Self { node: Node::new(None, false) }
    }

    /// A token that is cancelled with this one.
    #[must_use]
    pub fn child_token(&self) -> Self {
        let mut children = self.node.lock_children();
        let node = Node::new(Some(self.node.clone()), self.is_cancelled());
        if !self.is_cancelled() {
            if children.len() == children.capacity() {
                // As often as the list would grow: the cost is spread over the additions.
                children.retain(|child| child.strong_count() > 0);
            }
            children.push(std::sync::Arc::downgrade(&node));
        }
        Self { node }
    }

    /// Cancels this token and all below it. Once; later calls do nothing.
    pub fn cancel(&self) {
        if self.is_cancelled() {
            return;
        }
        let mut below = self.node.cancel();
        let mut waited_for = Vec::new();
        while let Some(node) = below.pop() {
            below.append(&mut node.cancel());
            if node.event.present().is_some() {
                waited_for.push(node);
            }
        }
        // Rule 4: whoever waits from here on sees the flag.
        self.node.event.notify_all();
        for node in waited_for {
            node.event.notify_all();
        }
    }

    /// Whether this token, or one above it, was cancelled.
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

    /// A guard that cancels the token when it is dropped.
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

    /// Sets the flag. Gives the children, unless it was set before.
    fn cancel(&self) -> Vec<std::sync::Arc<Self>> {
        let children = {
            let mut children = self.lock_children();
            // Release: who sees the flag sees what the canceller did before.
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
    /// Frees a long line of ancestors one by one: by recursion it would take a stack frame each.
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

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};

    use super::*;
    use crate::sync::AtomicUsize;

    #[test]
    fn cancelling_reaches_everything_below_and_nothing_above() {
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
    fn a_dropped_middle_does_not_cut_the_line() {
        let root = CancellationToken::new();
        let leaf = root.child_token().child_token();
        root.cancel();
        assert!(leaf.is_cancelled());
    }

    #[test]
    fn dropped_children_leave_no_trace() {
        let root = CancellationToken::new();
        for _ in 0..if cfg!(miri) { 200 } else { 10_000 } {
            drop(root.child_token());
        }
        assert!(root.node.lock_children().capacity() < 100);
    }

    #[test]
    fn a_long_line_is_freed_without_recursion() {
        drop(line(&CancellationToken::new()));
    }

    #[test]
    fn a_long_line_is_cancelled_without_recursion() {
        let root = CancellationToken::new();
        let leaf = line(&root);
        let mut waits = pin!(leaf.cancelled());
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        root.cancel();
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    /// The last of many descendants, each of which is another's child.
    fn line(root: &CancellationToken) -> CancellationToken {
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

    /// Lets `token` be waited for with each of the wakers, cancels, and tells how many were woken.
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
    fn wakers_that_panic_keep_nobody_from_being_woken() {
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
    fn a_waiter_is_woken_and_a_late_one_does_not_wait() {
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
    fn a_waiter_below_hears_of_a_cancellation_above() {
        loom::model(|| {
            let parent = CancellationToken::new();
            let child = parent.child_token();
            let thread = thread::spawn(move || parent.cancel());
            loom::future::block_on(child.cancelled());
            thread.join().unwrap();
        });
    }

    #[test]
    fn two_cancels_and_a_dropped_child_agree() {
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
