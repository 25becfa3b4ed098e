//! Delivers reports, on the monitor's thread and without a lock.

use super::handle::Config;
use super::stall::Stall;
#[cfg(feature = "tracing")]
use crate::util::trace_context::TraceContext;
use crate::util::{catch, drop_quietly};

#[derive(Debug)]
pub(super) enum Report {
    Stalled(Stall),
    Ended(Stall),
}

pub(super) fn deliver(report: Report) {
    let stall = match report {
        Report::Stalled(mut stall) => {
            stall.record_activity();
            stall
        }
        Report::Ended(stall) => stall,
    };
    #[cfg(feature = "console")]
    super::recent::remember(&stall);
    // The panic hook has reported a panic; the monitor continues.
    let emitted = catch(|| stall.task().event_context.emit(&stall)).unwrap_or_else(|payload| {
        drop_quietly(payload);
        true
    });
    let Config { on_stall, on_stall_over, .. } = stall.watchdog();
    let callback = if stall.is_over() { on_stall_over } else { on_stall };
    if let Some(callback) = callback {
        if let Err(payload) = catch(|| callback(&stall)) {
            drop_quietly(payload);
        }
    } else if !emitted && on_stall.is_none() && on_stall_over.is_none() {
        // There is no other receiver.
        eprintln!("asyncify watchdog: {stall}");
    }
    drop_quietly(stall);
}

/// The dispatcher and the span that were current at a task's first watched poll.
pub(super) struct EventContext(#[cfg(feature = "tracing")] Option<TraceContext>);

impl EventContext {
    pub(super) fn current() -> Self {
        Self(
            #[cfg(feature = "tracing")]
            TraceContext::capture(),
        )
    }

    /// Emits an event. Returns `false` if there is no subscriber.
    #[cfg(feature = "tracing")]
    fn emit(&self, stall: &Stall) -> bool {
        if let Some(TraceContext { dispatcher, span }) = &self.0 {
            tracing::dispatcher::with_default(dispatcher, || span.in_scope(|| event(stall)));
            return true;
        }
        // A global subscriber may have been set since. Without a subscriber the event is skipped,
        // because `tracing` would cache that its callsite is disabled.
        let has_subscriber = TraceContext::capture().is_some();
        if has_subscriber {
            event(stall);
        }
        has_subscriber
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "used with the feature `tracing`")]
    fn emit(&self, _: &Stall) -> bool {
        false
    }
}

#[cfg(feature = "tracing")]
fn event(stall: &Stall) {
    let location = stall.location();
    tracing::warn!(
        target: "asyncify_runtime::watchdog",
        {
            task.name = stall.name(),
            loc.file = location.file(),
            loc.line = location.line(),
            loc.col = location.column(),
            thread.name = stall.thread_name(),
            thread.id = stall.thread_id(),
            duration = ?stall.duration(),
            over = stall.is_over(),
            activity = stall.activity(),
        },
        "{stall}"
    );
}
