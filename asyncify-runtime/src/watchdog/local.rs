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

/// Guards a watched poll on this thread; dropping it ends the poll. `None`: the thread is exiting,
/// and its state has been destroyed.
#[must_use]
pub(super) struct Entered(Option<PollKind>);

impl Entered {
    #[inline]
    pub(super) fn new(id: u64) -> Self {
        let kind = LOCAL.try_with(|local| match local.thread_state.enter(id) {
            PollKind::Outermost { unmonitored: true } => {
                PollKind::Outermost { unmonitored: !local.monitor.wake() }
            }
            kind => kind,
        });
        Self(kind.ok())
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        // A poll with a state ends before its thread destroys the state.
        let _ = LOCAL.try_with(|local| match self.0 {
            Some(PollKind::Outermost { unmonitored }) => {
                let is_reported = local.thread_state.leave(unmonitored);
                if is_reported {
                    local.monitor.stall_ended(&local.thread_state);
                }
            }
            Some(PollKind::Nested { outer }) => local.thread_state.leave_nested(outer),
            None => {}
        });
    }
}
