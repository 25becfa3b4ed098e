//! The cost of entering the caller's span in the body, and of the call's own span.
//! `README.md` says more.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use asyncify_benches::calls::{CALLS, Row, table};
use asyncify_benches::{markdown, program};
use asyncify_runtime::{BlockingCall, Limiter, cancellation_token};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use tokio::runtime::Builder;
use tracing::instrument::{Instrument, WithSubscriber};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, info_span};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

fn main() -> ExitCode {
    let run = |file: Option<PathBuf>| markdown::publish("spans", &spans(), file.as_deref());
    program::end("spans", program::file_argument("spans").and_then(run))
}

fn spans() -> String {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let info = &Dispatch::new(Registry::default().with(LevelFilter::INFO));
    let trace = &Dispatch::new(Registry::default());
    let (limiter, forever) = (&Limiter::new(CALLS), Duration::from_secs(60 * 60));
    let bare = || async { BlockingCall::new(|| ()).await }.boxed_local();
    let all = move || {
        let call = BlockingCall::new(|| drop(cancellation_token())).limiter(limiter);
        async move { drop(call.timeout(forever).await) }.boxed_local()
    };
    let rows: [Row<'_>; 6] = [
        ("bare, no subscriber", Box::new(bare)),
        ("limiter, time-out and token, no subscriber", Box::new(all)),
        ("bare, in a span, `Registry` for `INFO`", Box::new(|| in_span(bare(), info))),
        (
            "bare, in a span, with one of its own, `Registry` for `TRACE`",
            Box::new(|| in_span(bare(), trace)),
        ),
        ("all, in a span, `Registry` for `INFO`", Box::new(move || in_span(all(), info))),
        ("the span without a call", Box::new(|| in_span(async {}.boxed_local(), info))),
    ];
    table("a call, with the feature `tracing`", &runtime, rows)
}

/// A future in a span of the caller, created while its subscriber is the current one.
fn in_span<'a>(future: LocalBoxFuture<'a, ()>, subscriber: &Dispatch) -> LocalBoxFuture<'a, ()> {
    async move { future.instrument(info_span!("caller")).await }
        .with_subscriber(subscriber.clone())
        .boxed_local()
}
