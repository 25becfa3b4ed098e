//! The lane of the current thread.

use std::sync::Arc;

use super::keeper::{self, Keeper};
use super::lane::{Entry, Lane};
use super::thread::Thread;

thread_local! {
    static LOCAL: Local = Local::new(keeper::global());
}

/// The thread's share in its lane; the keeper has the other.
struct Local {
    keeper: &'static Keeper,
    lane: Arc<Lane>,
}

impl Local {
    #[cold]
    fn new(keeper: &'static Keeper) -> Self {
        let lane = Arc::new(Lane::new(Thread::current()));
        keeper.add_lane(Arc::clone(&lane));
        Self { keeper, lane }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.keeper.remove_lane(&self.lane);
    }
}

/// A poll that runs on this thread, until it is dropped.
#[must_use]
pub(super) struct Entered {
    exit: Exit,
}

enum Exit {
    First {
        unminded: bool,
    },
    Nested {
        around: u64,
    },
    /// The thread is ending and has no lane any more.
    Unwatched,
}

impl Entered {
    #[inline]
    pub(super) fn new(id: u64) -> Self {
        let exit = LOCAL.try_with(|local| match local.lane.enter(id) {
            Entry::First { unminded: false } => Exit::First { unminded: false },
            Entry::First { unminded: true } => Exit::First { unminded: !local.keeper.wake() },
            Entry::Nested { around } => Exit::Nested { around },
        });
        Self { exit: exit.unwrap_or(Exit::Unwatched) }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        // A poll that has a lane leaves before its thread drops it.
        let _ = LOCAL.try_with(|local| match self.exit {
            Exit::First { unminded } => {
                if local.lane.leave(unminded) {
                    local.keeper.over(&local.lane);
                }
            }
            Exit::Nested { around } => local.lane.leave_nested(around),
            Exit::Unwatched => {}
        });
    }
}
