//! The state of the current thread.

use std::sync::Arc;

use super::monitor::{self, Monitor};
use super::thread::Thread;
use super::thread_state::{PollKind, ThreadState};

thread_local! {
    static LOCAL: Local = Local::new(monitor::global());
}

/// The thread's reference to its state; the monitor has the other one.
struct Local {
    monitor: &'static Monitor,
    thread_state: Arc<ThreadState>,
}

impl Local {
    #[cold]
    fn new(monitor: &'static Monitor) -> Self {
        let thread_state = Arc::new(ThreadState::new(Thread::current()));
        monitor.add_thread(Arc::clone(&thread_state));
        Self { monitor, thread_state }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.monitor.remove_thread(&self.thread_state);
    }
}

/// Guards a watched poll on this thread; dropping it ends the poll.
#[must_use]
pub(super) struct Entered {
    exit: Exit,
}

enum Exit {
    Outermost {
        unmonitored: bool,
    },
    Nested {
        outer: u64,
    },
    /// The thread is exiting, and its state has been destroyed.
    Unwatched,
}

impl Entered {
    #[inline]
    pub(super) fn new(id: u64) -> Self {
        let exit = LOCAL.try_with(|local| match local.thread_state.enter(id) {
            PollKind::Outermost { unmonitored: false } => Exit::Outermost { unmonitored: false },
            PollKind::Outermost { unmonitored: true } => {
                Exit::Outermost { unmonitored: !local.monitor.wake() }
            }
            PollKind::Nested { outer } => Exit::Nested { outer },
        });
        Self { exit: exit.unwrap_or(Exit::Unwatched) }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        // A poll with a state ends before its thread destroys the state.
        let _ = LOCAL.try_with(|local| match self.exit {
            Exit::Outermost { unmonitored } => {
                if local.thread_state.leave(unmonitored) {
                    local.monitor.stall_ended(&local.thread_state);
                }
            }
            Exit::Nested { outer } => local.thread_state.leave_nested(outer),
            Exit::Unwatched => {}
        });
    }
}
