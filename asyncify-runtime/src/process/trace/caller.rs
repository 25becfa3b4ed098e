//! The caller's side: its span and subscriber, while the worker runs the function.

use tracing::callsite::{Callsite, Identifier};
use tracing::field::{FieldSet, Value, display};
use tracing::level_filters::LevelFilter;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, dispatcher};

use super::{CallerSpan, LEVELS, Record, Scope, TARGET, verbosity};
use crate::util::run_quietly;
use crate::util::trace_context::TraceContext;

pub(crate) struct Caller(TraceContext);

impl Caller {
    /// `None` if there is no subscriber.
    pub(crate) fn capture() -> Option<Self> {
        TraceContext::capture().map(Self)
    }

    /// What is sent to the worker.
    pub(crate) fn scope(&self) -> Scope {
        let span = self.0.span.metadata().map(|metadata| CallerSpan {
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            fields: super::fields::fields_of(&self.0.span),
        });
        Scope { verbosity: LevelFilter::current().into_level().map_or(0, verbosity), span }
    }

    /// Records an event of the worker's in the caller's span.
    pub(crate) fn log(&self, encoded: &[u8]) {
        // What cannot be read is not an event; that does no harm.
        let Ok(record) = rmp_serde::from_slice::<Record>(encoded) else { return };
        let Some(index) = record.verbosity.checked_sub(1) else { return };
        let Some(metadata) = METADATA.get(index) else { return };
        // The subscriber may panic, and this is the manager thread.
        run_quietly(|| {
            let _current = dispatcher::set_default(&self.0.dispatcher);
            if self.0.dispatcher.enabled(&record.metadata(metadata)) {
                self.record(&record, metadata);
            }
        });
    }

    fn record(&self, record: &Record, metadata: &'static Metadata<'static>) {
        let Record { target, file, line, message, fields, spans, .. } = record;
        let location = file.as_ref().map(|file| format!("{file}:{}", line.unwrap_or_default()));
        let text = |text| Some(text).filter(|text: &&String| !text.is_empty()).map(display);
        let texts = [
            text(message),
            text(target),
            location.as_ref().map(display),
            text(fields),
            text(spans),
        ];
        let set = metadata.fields();
        let mut names = set.iter();
        let values = texts.each_ref().map(|text| {
            let name = names.next().expect("a name for each text");
            (name, text.as_ref().map(|text| text as &dyn Value))
        });
        let values = values.each_ref().map(|(name, value)| (name, *value));
        self.0.dispatcher.event(&Event::new_child_of(
            self.0.span.id(),
            metadata,
            &set.value_set(&values),
        ));
    }
}

impl Record {
    /// The description of the event as it was in the worker, for filters.
    fn metadata(&self, recorded: &'static Metadata<'static>) -> Metadata<'_> {
        let fields = FieldSet::new(FIELDS, recorded.callsite());
        let file = self.file.as_deref();
        let level = *recorded.level();
        Metadata::new(
            recorded.name(),
            &self.target,
            level,
            file,
            self.line,
            None,
            fields,
            Kind::EVENT,
        )
    }
}

/// The fields of each of these statics.
const FIELDS: &[&str] =
    &["message", "worker.target", "worker.location", "worker.fields", "worker.spans"];

/// The static of a level.
struct Site(usize);

static SITES: [Site; 5] = [Site(0), Site(1), Site(2), Site(3), Site(4)];

static METADATA: [Metadata<'static>; 5] =
    [metadata(0), metadata(1), metadata(2), metadata(3), metadata(4)];

const fn metadata(index: usize) -> Metadata<'static> {
    let fields = FieldSet::new(FIELDS, Identifier(&SITES[index]));
    Metadata::new("worker event", TARGET, LEVELS[index], None, None, None, fields, Kind::EVENT)
}

impl Callsite for Site {
    /// Subscribers are asked about each event.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &METADATA[self.0]
    }
}
