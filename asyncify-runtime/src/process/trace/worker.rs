//! The worker's side: the caller's span around the function, and a layer that sends its events to
//! the caller.

use std::fmt::Write;

use tracing::level_filters::LevelFilter;
use tracing::span::EnteredSpan;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, callsite, dispatcher};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{self, LookupSpan};

use super::fields::{Fields, SpanFields, Text};
use super::{CallerSpan, LEVELS, Record, Scope, TARGET, verbosity};
use crate::process::wire::{self, Kind};
use crate::process::worker::{current_call, send};
use crate::sync::{AtomicU64, AtomicUsize, Ordering};

/// The most events of one call that are sent; the others are counted.
const MAX_EVENTS: u64 = 1000;

/// The most verbose level that the caller takes; see [`Scope::verbosity`].
static VERBOSITY: AtomicUsize = AtomicUsize::new(0);
/// Events of the current call.
static EVENTS: AtomicU64 = AtomicU64::new(0);

/// Installs the subscriber, unless the initializer has installed one.
pub(crate) fn install() {
    let subscriber = tracing_subscriber::registry().with(SpanFields).with(Sender);
    let _ = dispatcher::set_global_default(Dispatch::new(subscriber));
}

/// Enters a span that stands for the caller's, until the guard is dropped.
pub(crate) fn enter(scope: Option<&Scope>) -> Entered {
    // Relaxed, here and below: the numbers publish nothing; a thread that the function has started
    // may see them late.
    let verbosity = scope.map_or(0, |scope| scope.verbosity);
    if VERBOSITY.swap(verbosity, Ordering::Relaxed) != verbosity {
        callsite::rebuild_interest_cache();
    }
    EVENTS.store(0, Ordering::Relaxed);
    let span = scope.and_then(|scope| scope.span.as_ref());
    let span = span.map(|CallerSpan { name, target, fields }| {
        tracing::error_span!(
            target: TARGET,
            "caller",
            caller.span = %name,
            caller.target = %target,
            caller.fields = (!fields.is_empty()).then_some(tracing::field::display(fields)),
        )
    });
    Entered(span.map(tracing::Span::entered))
}

/// The caller's span, entered.
pub(crate) struct Entered(
    #[expect(dead_code, reason = "exited when it is dropped")] Option<EnteredSpan>,
);

impl Drop for Entered {
    /// Reports how many events were not sent.
    fn drop(&mut self) {
        let lost = EVENTS.swap(0, Ordering::Relaxed).saturating_sub(MAX_EVENTS);
        if lost > 0 {
            let message = format!("{lost} more events of this call were not sent");
            let verbosity = verbosity(Level::WARN);
            let target = TARGET.to_owned();
            Record { verbosity, target, message, ..Record::default() }.send();
        }
    }
}

impl Record {
    fn send(&self) {
        let call = current_call();
        // Between calls there is no caller.
        if call != 0 {
            let bytes = rmp_serde::to_vec(self).expect("plain fields");
            // An error means that the pool has exited; the watchdog then kills this process.
            let _ = send(&wire::short(Kind::Log, call, &bytes));
        }
    }
}

/// A layer that sends events to the caller.
struct Sender;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Sender {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        verbosity(*metadata.level()) <= VERBOSITY.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let level = LEVELS.iter().take(VERBOSITY.load(Ordering::Relaxed)).next_back();
        Some(level.map_or(LevelFilter::OFF, |level| LevelFilter::from_level(*level)))
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if EVENTS.fetch_add(1, Ordering::Relaxed) >= MAX_EVENTS {
            return;
        }
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let record = Record {
            verbosity: verbosity(*metadata.level()),
            target: metadata.target().to_owned(),
            file: metadata.file().map(ToOwned::to_owned),
            line: metadata.line(),
            message: fields.message.0,
            fields: fields.others.0,
            spans: context.event_scope(event).map_or_else(String::new, path),
        };
        record.send();
    }
}

/// The spans of an event, without the one that stands for the caller's, outermost first.
fn path<'a, S: LookupSpan<'a>>(scope: registry::Scope<'a, S>) -> String {
    let mut path = Text::default();
    for span in scope.from_root().filter(|span| span.metadata().target() != TARGET) {
        let separator = if path.0.is_empty() { "" } else { ":" };
        let extensions = span.extensions();
        let fields = extensions.get().map_or("", |Fields { others, .. }| others.0.as_str());
        // A path that is too long is cut.
        let _ = match fields {
            "" => write!(path, "{separator}{}", span.name()),
            fields => write!(path, "{separator}{}{{{fields}}}", span.name()),
        };
    }
    path.0
}
