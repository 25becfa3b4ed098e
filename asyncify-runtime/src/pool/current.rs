//! Which pool this thread works for.

use super::core::Core;
use super::threads::Threads;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static POOL: RefCell<Option<Arc<Core<Threads>>>> = const { RefCell::new(None) };
}

/// Marks this thread as a worker of the pool until dropped.
pub(super) fn enter(core: &Arc<Core<Threads>>) -> impl Drop + use<> {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            let pool = POOL.take();
            drop(pool);
        }
    }
    POOL.set(Some(Arc::clone(core)));
    Leave
}

/// The pool that this thread is a worker of.
pub(super) fn pool() -> Option<Arc<Core<Threads>>> {
    // A thread whose locals are being destroyed works for nobody.
    POOL.try_with(|pool| pool.borrow().clone()).ok().flatten()
}
