//! A distributed trace that continues in the worker: `traceparent`, as over HTTP.

use std::collections::HashMap;

use asyncify_runtime::process::Carrier;
use asyncify_runtime::{Error, carrier, sync_to_async};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;

fn inject(headers: &mut HashMap<String, String>) {
    TraceContextPropagator::new().inject(headers);
}

fn enter(headers: &HashMap<String, String>, function: &mut dyn FnMut()) {
    let _entered = TraceContextPropagator::new().extract(headers).attach();
    function();
}

/// For callers and workers.
#[must_use]
pub fn traceparent() -> &'static Carrier {
    carrier!(inject, enter)
}

/// Starts a span; returns its trace, and its parent.
#[sync_to_async(remote(name = "trace.v1", queue = "test", engine = &crate::engine()))]
pub fn trace() -> Result<(String, String), Error> {
    let span = SdkTracerProvider::builder().build().tracer("worker").start("inside");
    let parent = Context::current().span().span_context().span_id();
    Ok((span.span_context().trace_id().to_string(), parent.to_string()))
}
