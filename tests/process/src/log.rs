//! A subscriber that stores spans and events as lines.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use asyncify_runtime::process::SpanFields;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The lines: `LEVEL target in span: message field=value` for an event, `span field=value` for a
/// span.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// A subscriber that writes here.
    #[must_use]
    pub fn subscriber(&self, level: LevelFilter) -> Dispatch {
        asyncify_tests::dispatch(
            tracing_subscriber::registry().with(SpanFields).with(level).with(self.clone()),
        )
    }

    /// The lines so far.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("never poisoned").clone()
    }

    fn write(&self, line: String) {
        self.0.lock().expect("never poisoned").push(line);
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut line = attributes.metadata().name().to_owned();
        attributes.record(&mut Append(&mut line));
        self.write(line);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = format!("{} {}", metadata.level(), metadata.target());
        if let Some(span) = context.event_span(event) {
            write!(line, " in {}", span.name()).expect("a string");
        }
        line.push(':');
        event.record(&mut Append(&mut line));
        self.write(line);
    }
}

struct Append<'a>(&'a mut String);

impl Visit for Append<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let separator = if field.name() == "message" { String::new() } else { format!("{field}=") };
        write!(self.0, " {separator}{value:?}").expect("a string");
    }
}
