//! The fields of spans, which only a subscriber sees.

use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::value::{Collect, Fields};

/// A layer that keeps the fields of spans, so that worker processes see them.
///
/// A span does not know its own fields: only subscribers are told. Without this layer a function in
/// a worker sees its caller's span with its name and without the values of its fields. Needs a
/// subscriber that is a [`Registry`] with layers.
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

/// In the extensions of a span.
struct Kept(Fields);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanFields {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::new();
        attributes.record(&mut Collect(&mut fields));
        span.extensions_mut().insert(Kept(fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(Kept(fields)) = span.extensions_mut().get_mut() {
            values.record(&mut Collect(fields));
        }
    }
}

/// What is known of them.
pub(super) fn of(span: &Span) -> Fields {
    let known = span.with_subscriber(|(id, dispatcher)| {
        let span = dispatcher.downcast_ref::<Registry>()?.span(id)?;
        let extensions = span.extensions();
        extensions.get().map(|Kept(fields)| fields.clone())
    });
    known.flatten().unwrap_or_default()
}
