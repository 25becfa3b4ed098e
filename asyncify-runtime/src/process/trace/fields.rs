//! The fields of spans and events, as text.

use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The longest text, in bytes.
const LIMIT: usize = 16 * 1024;

/// A text that is cut at the limit, however much is written to it.
#[derive(Clone, Default)]
pub(super) struct Text(pub(super) String);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = LIMIT.saturating_sub(self.0.len());
        let Some((cut, _)) = text.char_indices().find(|(at, c)| at + c.len_utf8() > left) else {
            self.0.push_str(text);
            return Ok(());
        };
        if left > 0 {
            self.0.push_str(&text[..cut]);
            self.0.push('…');
        }
        // Stops the formatting.
        Err(fmt::Error)
    }
}

/// Collects fields as `name=value name=value`, and the message by itself.
#[derive(Clone, Default)]
pub(super) struct Fields {
    pub(super) message: Text,
    pub(super) others: Text,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // An error is a text that was cut, or a `Debug` that fails: what is written stays.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => {
                let separator = if self.others.0.is_empty() { "" } else { " " };
                write!(self.others, "{separator}{name}={value:?}")
            }
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ => self.record_debug(field, &value),
        }
    }
}

/// A layer that keeps the fields of spans for worker processes.
///
/// Only a subscriber knows the values of a span's fields. Without this layer a worker sees the
/// name of its caller's span, but not its fields. Needs a [`Registry`] with layers.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::process::SpanFields;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let subscriber = tracing_subscriber::registry().with(SpanFields);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanFields;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanFields {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        // Formatting a value is code of the user, and may log: not under the lock.
        let mut recorded = Fields::default();
        values.record(&mut recorded);
        let Some(span) = context.span(id) else { return };
        if let Some(Fields { others, .. }) = span.extensions_mut().get_mut() {
            let separator = if others.0.is_empty() { "" } else { " " };
            let _ = write!(others, "{separator}{}", recorded.others.0);
        }
    }
}

/// The fields of a span, if there is the layer.
pub(super) fn fields_of(span: &Span) -> String {
    let fields = span.with_subscriber(|(id, dispatcher)| {
        let span = dispatcher.downcast_ref::<Registry>()?.span(id)?;
        let extensions = span.extensions();
        extensions.get().map(|Fields { others, .. }| others.0.clone())
    });
    fields.flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        for letter in ["x", "é", "€", "😀"] {
            let mut text = Text::default();
            write!(text, "-{}", letter.repeat(LIMIT)).unwrap_err();
            write!(text, "more").unwrap_err();
            let Text(text) = text;
            assert!(text.len() <= LIMIT + '…'.len_utf8());
            assert!(text.len() > LIMIT - letter.len());
            assert!(text.ends_with(&format!("{letter}…")));
        }
        let mut whole = Text::default();
        write!(whole, "{}", "x".repeat(LIMIT)).unwrap();
        assert_eq!(whole.0.len(), LIMIT);
    }
}
