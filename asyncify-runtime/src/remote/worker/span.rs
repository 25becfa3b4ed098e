//! The span around a function.

use tracing::Span;

use crate::remote::engine::Delivery;
use crate::remote::envelope::Envelope;

/// A span with the task, and with the span of its caller on another machine. It needs the layer
/// `SpanFields` in the caller's subscriber for the fields of that.
pub(super) fn of(envelope: &Envelope, delivery: &dyn Delivery) -> Span {
    let caller = envelope.context.scope.as_ref().and_then(|scope| scope.span());
    let [name, target, fields] = caller.map_or([None; 3], |texts| texts.map(Some));
    let fields = fields.filter(|fields| !fields.is_empty());
    tracing::error_span!(
        target: "asyncify_runtime::remote",
        "task",
        task.name = %envelope.task,
        task.id = %envelope.id,
        task.attempt = delivery.attempt(),
        caller.span = name.map(display),
        caller.target = target.map(display),
        caller.fields = fields.map(display),
    )
}
