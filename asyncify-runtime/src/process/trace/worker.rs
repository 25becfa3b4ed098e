//! The worker's side: the caller's span around the function, and a subscriber that sends its events
//! to the caller.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, EnteredSpan, Id};
use tracing::subscriber::Subscriber;
use tracing::{Dispatch, Event, Level, Metadata, callsite, dispatcher, span};
use tracing_core::span::Current;

use super::text::{Fields, Text};
use super::{CallerSpan, LEVELS, Record, Scope, TARGET, verbosity};
use crate::process::locked;
use crate::process::wire::{self, Kind};
use crate::process::worker::{current_call, send};
use crate::sync::{AtomicU64, Mutex, Ordering};

/// The most events of one call that are sent; the others are counted.
const MAX_EVENTS: u64 = 1000;

/// The most verbose level that the caller takes; see [`Scope::verbosity`].
static VERBOSITY: AtomicU64 = AtomicU64::new(0);
/// Events of the current call.
static EVENTS: AtomicU64 = AtomicU64::new(0);
/// The span that stands for the caller's; 0 for none.
static CALLER: AtomicU64 = AtomicU64::new(0);

std::thread_local! {
    /// The spans that this thread has entered.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The entered spans; none while the locals of the thread are destroyed.
fn entered<R: Default>(f: impl FnOnce(&mut Vec<u64>) -> R) -> R {
    ENTERED.try_with(|entered| f(&mut entered.borrow_mut())).unwrap_or_default()
}

/// Installs the subscriber, unless the initializer has installed one.
pub(crate) fn install() {
    let _ = dispatcher::set_global_default(Dispatch::new(Sender::default()));
}

/// Enters a span that stands for the caller's, until the guard is dropped.
pub(crate) fn enter(scope: Option<&Scope>) -> Entered {
    // Relaxed, here and below: the numbers publish nothing; a thread that the function has started
    // may see them late.
    let verbosity = scope.map_or(0, |scope| scope.verbosity.into());
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
    let id = span.as_ref().and_then(tracing::Span::id).map_or(0, |id| id.into_u64());
    CALLER.store(id, Ordering::Relaxed);
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

/// A subscriber that sends events to the caller.
#[derive(Default)]
struct Sender {
    spans: Mutex<Spans>,
}

#[derive(Default)]
struct Spans {
    last: u64,
    open: HashMap<u64, Open>,
}

/// A span that is not closed.
struct Open {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    references: usize,
}

impl Sender {
    /// The spans that this thread has entered, without the caller's, outermost first.
    fn path(&self) -> Text {
        let caller = CALLER.load(Ordering::Relaxed);
        let entered = entered(|entered| entered.clone());
        let spans = locked(&self.spans);
        let mut path = Text::default();
        for open in entered.iter().filter(|id| **id != caller).filter_map(|id| spans.open.get(id)) {
            let separator = if path.0.is_empty() { "" } else { ":" };
            let (name, fields) = (open.metadata.name(), &open.fields.others.0);
            // A path that is too long is cut.
            let _ = match fields.as_str() {
                "" => write!(path, "{separator}{name}"),
                fields => write!(path, "{separator}{name}{{{fields}}}"),
            };
        }
        path
    }
}

impl Subscriber for Sender {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        u64::from(verbosity(*metadata.level())) <= VERBOSITY.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let verbosity = usize::try_from(VERBOSITY.load(Ordering::Relaxed)).unwrap_or(LEVELS.len());
        let level = LEVELS.iter().take(verbosity).next_back();
        Some(level.map_or(LevelFilter::OFF, |level| LevelFilter::from_level(*level)))
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut spans = locked(&self.spans);
        spans.last += 1;
        let id = spans.last;
        spans.open.insert(id, Open { metadata: attributes.metadata(), fields, references: 1 });
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &span::Record<'_>) {
        // Formatting a value is code of the user, and may log: not under the lock.
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(open) = locked(&self.spans).open.get_mut(&id.into_u64()) {
            let others = &mut open.fields.others;
            let separator = if others.0.is_empty() { "" } else { " " };
            let _ = write!(others, "{separator}{}", fields.others.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
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
            spans: self.path().0,
        };
        record.send();
    }

    fn enter(&self, id: &Id) {
        entered(|entered| entered.push(id.into_u64()));
    }

    fn exit(&self, id: &Id) {
        entered(|entered| {
            if let Some(index) = entered.iter().rposition(|entered| *entered == id.into_u64()) {
                entered.remove(index);
            }
        });
    }

    fn clone_span(&self, id: &Id) -> Id {
        if let Some(open) = locked(&self.spans).open.get_mut(&id.into_u64()) {
            open.references += 1;
        }
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut spans = locked(&self.spans);
        let Some(open) = spans.open.get_mut(&id.into_u64()) else { return false };
        open.references -= 1;
        if open.references > 0 {
            return false;
        }
        spans.open.remove(&id.into_u64());
        true
    }

    fn current_span(&self) -> Current {
        let Some(id) = entered(|entered| entered.last().copied()) else { return Current::none() };
        match locked(&self.spans).open.get(&id) {
            Some(open) => Current::new(Id::from_u64(id), open.metadata),
            None => Current::none(),
        }
    }
}
