//! The worker's side: the caller's span around the function, and a subscriber that sends its
//! events home.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, EnteredSpan, Id};
use tracing::subscriber::Subscriber;
use tracing::{Dispatch, Event, Level, Metadata, Span, callsite, dispatcher, span};
use tracing_core::span::Current;

use super::site::{self, Place};
use super::value::{Collect, Fields, Value};
use super::{Record, Scope};
use crate::process::locked;
use crate::process::wire::{self, Kind, LONGEST_WORDS};
use crate::process::worker::{current_call, send};
use crate::sync::{AtomicU64, Mutex, Ordering};

/// How many events of one call are sent; the others are counted.
const MOST: u64 = 1000;

/// The field that says in which spans of the function an event happened.
const SPANS: &str = "worker.spans";

/// The finest level that the caller takes; see [`Scope::level`].
static LEVEL: AtomicU64 = AtomicU64::new(0);
/// Events of this call.
static EVENTS: AtomicU64 = AtomicU64::new(0);
/// Events of this call that were not sent.
static LOST: AtomicU64 = AtomicU64::new(0);
/// The span that stands for the caller's; 0 for none.
static CALLER: AtomicU64 = AtomicU64::new(0);

std::thread_local! {
    /// The spans that this thread is in.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Looks at, or changes, what this thread is in; nothing while its locals are destroyed.
fn entered<R: Default>(f: impl FnOnce(&mut Vec<u64>) -> R) -> R {
    ENTERED.try_with(|entered| f(&mut entered.borrow_mut())).unwrap_or_default()
}

/// Sends events home, unless the initializer has installed a subscriber of its own.
pub(crate) fn install() {
    let _ = dispatcher::set_global_default(Dispatch::new(Home::default()));
}

/// Makes the caller's span the current one, while the guard lives.
pub(crate) fn enter(scope: Option<&Scope>) -> Entered {
    // Relaxed, here and below: numbers that publish nothing; a thread that the function leaves
    // behind may be late.
    let level = scope.map_or(0, |scope| scope.level.into());
    if LEVEL.swap(level, Ordering::Relaxed) != level {
        callsite::rebuild_interest_cache();
    }
    EVENTS.store(0, Ordering::Relaxed);
    LOST.store(0, Ordering::Relaxed);
    let record = scope.and_then(|scope| scope.span.as_ref());
    let span = record.and_then(|Record { place, fields }| {
        let metadata = place.metadata().filter(|metadata| metadata.is_span())?;
        Some(site::with_values(metadata, fields, |values| Span::new(metadata, values)))
    });
    let id = span.as_ref().and_then(Span::id).map_or(0, |id| id.into_u64());
    CALLER.store(id, Ordering::Relaxed);
    Entered(span.map(Span::entered))
}

/// The caller's span, entered.
pub(crate) struct Entered(
    #[expect(dead_code, reason = "left when it is dropped")] Option<EnteredSpan>,
);

impl Drop for Entered {
    /// Says what was not sent.
    fn drop(&mut self) {
        let lost = LOST.swap(0, Ordering::Relaxed);
        if lost == 0 {
            return;
        }
        let message =
            format!("{lost} more events of this call were too many or too long to be sent");
        let fields =
            vec![("message".into(), Value::Shown(message)), ("lost".into(), Value::Unsigned(lost))];
        // A log that cannot be sent is no reason to fail a call.
        let _ = Record { place: Place::warning(["message", "lost"]), fields }.send();
    }
}

impl Record {
    /// False: it is too long.
    fn send(&self) -> bool {
        let call = current_call();
        let Ok(bytes) = rmp_serde::to_vec(self) else { return false };
        if bytes.len() > LONGEST_WORDS {
            return false;
        }
        // Between calls nobody listens.
        if call != 0 {
            // A pool that has gone hears nothing, and the watchdog sees that.
            let _ = send(&wire::short(Kind::Log, call, &bytes));
        }
        true
    }
}

/// The subscriber.
#[derive(Default)]
struct Home {
    spans: Mutex<Spans>,
}

#[derive(Default)]
struct Spans {
    last: u64,
    open: HashMap<u64, Open>,
}

/// A span of the function's, or the caller's.
struct Open {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    references: usize,
}

impl Home {
    /// The spans around this place, but the caller's, outermost first.
    fn path(&self) -> Option<String> {
        let caller = CALLER.load(Ordering::Relaxed);
        let entered = entered(|entered| entered.clone());
        let spans = locked(&self.spans);
        let mut path = String::new();
        for open in entered.iter().filter(|id| **id != caller).filter_map(|id| spans.open.get(id)) {
            let separator = if path.is_empty() { "" } else { ":" };
            let _ = write!(path, "{separator}{}", open.metadata.name());
            for (position, (name, value)) in open.fields.iter().enumerate() {
                let _ = write!(path, "{}{name}={value}", if position == 0 { "{" } else { " " });
            }
            path.push_str(if open.fields.is_empty() { "" } else { "}" });
        }
        (!path.is_empty()).then_some(path)
    }
}

impl Subscriber for Home {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        u64::from(site::level_to_byte(*metadata.level())) <= LEVEL.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
        let level = LEVEL.load(Ordering::Relaxed);
        let level =
            levels.into_iter().rfind(|known| u64::from(site::level_to_byte(*known)) <= level);
        Some(level.map_or(LevelFilter::OFF, LevelFilter::from_level))
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        attributes.record(&mut Collect(&mut fields));
        let mut spans = locked(&self.spans);
        spans.last += 1;
        let id = spans.last;
        spans.open.insert(id, Open { metadata: attributes.metadata(), fields, references: 1 });
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &span::Record<'_>) {
        // Values are the user's, who may log while he formats them.
        let mut new = Fields::new();
        values.record(&mut Collect(&mut new));
        if let Some(open) = locked(&self.spans).open.get_mut(&id.into_u64()) {
            open.fields.retain(|(name, _)| new.iter().all(|(newer, _)| newer != name));
            open.fields.extend(new);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if EVENTS.fetch_add(1, Ordering::Relaxed) >= MOST {
            LOST.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut place = Place::of(event.metadata());
        let mut fields = Fields::new();
        event.record(&mut Collect(&mut fields));
        if let Some(path) = self.path() {
            place.add_field(SPANS);
            fields.push((SPANS.into(), Value::Shown(path)));
        }
        if !(Record { place, fields }).send() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn enter(&self, id: &Id) {
        entered(|entered| entered.push(id.into_u64()));
    }

    fn exit(&self, id: &Id) {
        entered(|entered| {
            if let Some(place) = entered.iter().rposition(|entered| *entered == id.into_u64()) {
                entered.remove(place);
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
