//! The caller's span and dispatcher, and the call's own span.

use std::time::Instant;

use tracing::field::Empty;
use tracing::{Span, dispatcher};

use super::Origin;
use crate::util::trace_context::TraceContext;

/// The name of the spans of tasks, in tokio and here.
const TASK: &str = "runtime.spawn";

pub(super) struct Tracing {
    caller: TraceContext,
    /// The call's own span, a child of the caller's: from the start of the call to the end of its
    /// body.
    span: Span,
    /// `None` if the span is disabled; then the clock is not read.
    started: Option<Instant>,
}

impl Tracing {
    /// Returns `None` if there is no subscriber.
    pub(super) fn capture(origin: &Origin) -> Option<Self> {
        let caller = TraceContext::capture()?;
        // tokio describes its tasks in this form, and its console reads it.
        let location = origin.location;
        let name = origin.name;
        let span = tracing::trace_span!(
            target: "tokio::task",
            TASK,
            kind = "blocking",
            task.name = name(),
            "fn" = name(),
            loc.file = location.file(),
            loc.line = location.line(),
            loc.col = location.column(),
            queue_wait_us = Empty,
            run_time_us = Empty,
        );
        let started = (!span.is_disabled()).then(Instant::now);
        Some(Self { caller, span, started })
    }

    pub(super) fn enter(&self) -> impl Sized + '_ {
        let dispatcher = dispatcher::set_default(&self.caller.dispatcher);
        let timed = self.started.map(|started| {
            let begun = Instant::now();
            self.span.record("queue_wait_us", micros(started, begun));
            Timed { span: &self.span, begun }
        });
        let span = self.span.enter();
        // The caller's span is entered last, so it is the body's current span. The fields of the
        // tuple are dropped in order: the time is recorded before the dispatcher is reset.
        let caller = (!is_task(&self.caller.span)).then(|| self.caller.span.enter());
        (caller, span, timed, dispatcher)
    }
}

impl Drop for Tracing {
    /// Closes the call's span before the caller's, with the same dispatcher as the current one.
    fn drop(&mut self) {
        let _current = dispatcher::set_default(&self.caller.dispatcher);
        self.span = Span::none();
    }
}

/// Returns whether `span` is a task, of tokio or of ours. tokio's console takes each time that such
/// a span is entered for a poll of the task, and its caller is not polled while the body runs. The
/// call's own span is its child.
fn is_task(span: &Span) -> bool {
    span.metadata().is_some_and(|metadata| metadata.name() == TASK)
}

/// Records the run time of a body when it is dropped, whether the body returns or panics.
struct Timed<'a> {
    span: &'a Span,
    begun: Instant,
}

impl Drop for Timed<'_> {
    fn drop(&mut self) {
        self.span.record("run_time_us", micros(self.begun, Instant::now()));
    }
}

fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}
