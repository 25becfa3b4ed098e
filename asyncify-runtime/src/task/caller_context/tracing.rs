//! The caller's span and dispatcher, and a span of the call's own.

use std::panic::Location;
use std::time::Instant;

use tracing::field::Empty;
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Span, dispatcher};

/// Which call it is, and where it stands in the source.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// Made when it is asked for: it takes a search.
    pub(crate) name: fn() -> &'static str,
    pub(crate) location: &'static Location<'static>,
}

pub(super) struct Tracing {
    dispatcher: Dispatch,
    caller: Span,
    /// The call's own, within the caller's: from the start of the call to the end of its body.
    span: Span,
    /// None where nobody records the span: then no clock is asked.
    started: Option<Instant>,
}

impl Tracing {
    /// None where nobody listens.
    pub(super) fn capture(origin: &Origin) -> Option<Box<Self>> {
        let dispatcher = dispatcher::get_default(|dispatcher| {
            (!dispatcher.is::<NoSubscriber>()).then(|| dispatcher.clone())
        })?;
        // Not inside `get_default`, where there is no current span.
        let caller = Span::current();
        // The form in which tokio describes its own tasks, and which its console reads.
        let location = origin.location;
        let name = origin.name;
        let span = tracing::trace_span!(
            target: "tokio::task",
            "runtime.spawn",
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
        Some(Box::new(Self { dispatcher, caller, span, started }))
    }

    pub(super) fn enter(&self) -> impl Sized + '_ {
        let dispatcher = dispatcher::set_default(&self.dispatcher);
        let timed = self.started.map(|started| {
            let begun = Instant::now();
            self.span.record("queue_wait_us", micros(started, begun));
            Timed { span: &self.span, begun }
        });
        let span = self.span.enter();
        // The caller's innermost: for the body it is the current one, as it would be without us.
        // Left in the order of the tuple, and the time is recorded before the dispatcher goes.
        (self.caller.enter(), span, timed, dispatcher)
    }
}

impl Drop for Tracing {
    /// Closes the spans where their dispatcher is current: a registry asks the current one to
    /// close the parent of a span that is closed.
    fn drop(&mut self) {
        let _current = dispatcher::set_default(&self.dispatcher);
        self.span = Span::none();
        self.caller = Span::none();
    }
}

/// Records how long a body took, however it ended.
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
