//! How does a distributed trace continue in a worker process? A carrier writes the `traceparent`
//! header of the caller's context, as for a request over HTTP, and enters the context around the
//! function. The functions of the pool need no change.
//!
//!     cargo run -p asyncify-process-examples --example traceparent

use std::collections::HashMap;
use std::sync::LazyLock;

use asyncify_runtime::process::Pool;
use asyncify_runtime::{Error, Shutdown, carrier, sync_to_async};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let pool = Pool::builder().name("traced").carrier(carrier!(inject, enter));
    pool.build().expect("`main` has called `init`")
});

/// In the program: writes the headers.
fn inject(headers: &mut HashMap<String, String>) {
    TraceContextPropagator::new().inject(headers);
}

/// In the worker: runs the function in the context of the headers.
fn enter(headers: &HashMap<String, String>, function: &mut dyn FnMut()) {
    let _entered = TraceContextPropagator::new().extract(headers).attach();
    function();
}

/// The trace and the parent of the spans that this function would make.
#[sync_to_async(process(pool = &POOL))]
fn render() -> Result<(String, String), Error> {
    let context = Context::current();
    let parent = context.span().span_context().clone();
    Ok((parent.trace_id().to_string(), parent.span_id().to_string()))
}

#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> Result<(), Error> {
    let tracer = SdkTracerProvider::builder().build().tracer("example");
    let context = Context::current_with_span(tracer.start("request"));
    let span = context.span().span_context().clone();
    let (trace, parent) = render().with_context(context).await?;
    println!("the worker's trace is the caller's: {}", trace == span.trace_id().to_string());
    println!("its parent is the caller's span: {}", parent == span.span_id().to_string());
    POOL.shutdown(Shutdown::Drain).await;
    Ok(())
}
