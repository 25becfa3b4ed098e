//! What crosses the server beside the arguments.

use asyncify_nats_tests::trace::{trace, traceparent};
use asyncify_runtime::remote;
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::fixture;

#[tokio::test]
async fn a_span_in_the_worker_has_the_trace_of_its_caller() {
    let Some(fixture) = fixture().await else { return };
    remote::install_carrier(traceparent()).expect("the only one");
    let tracer = SdkTracerProvider::builder().build().tracer("caller");
    for in_processes in [false, true] {
        let _worker = if in_processes { fixture.worker_in_processes(1) } else { fixture.worker(1) };
        let context = Context::current_with_span(tracer.start("request"));
        let span = context.span().span_context().clone();
        let (found, parent) = trace().with_context(context).await.unwrap();
        assert_eq!(found, span.trace_id().to_string());
        assert_eq!(parent, span.span_id().to_string());
        // Without one, a trace of its own.
        assert_ne!(trace().await.unwrap().0, span.trace_id().to_string());
    }
}
