//! The caller's context in the function, and the function's events in the caller's subscriber.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::time::Duration;

use asyncify_process_tests::log::Log;
use asyncify_process_tests::register::{current, with};
use asyncify_process_tests::tasks;
use asyncify_runtime::process::{Pool, ProcessError, Side, SpanFields};
use asyncify_runtime::{Error, carrier, initializer, sync_to_async};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Level, Span, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::{cases, finish, one};

cases![
    the_span_of_the_caller_surrounds_the_function,
    a_span_with_long_fields_is_sent_with_the_first_of_them,
    its_fields_reach_the_workers_own_subscriber,
    a_field_that_panics_when_it_is_recorded_leaves_the_span_usable,
    events_come_back_into_the_span,
    filters_see_the_original_metadata,
    events_of_threads_come_back,
    nothing_is_sent_without_a_subscriber,
    events_beyond_the_limit_are_counted,
    events_before_a_crash_come_back,
    a_call_that_logs_for_ever_times_out,
    a_subscriber_that_panics_affects_no_call,
    the_traceparent_reaches_the_function,
    a_carrier_that_does_not_run_the_function_is_an_error,
    a_carrier_with_too_long_headers_is_an_error,
];

#[sync_to_async(process(pool = &current()))]
fn span() -> Result<Option<String>, Error> {
    Ok(Span::current().metadata().map(|it| it.name().to_owned()))
}

async fn the_span_of_the_caller_surrounds_the_function() {
    let pool = one().build().unwrap();
    let log = Log::default();
    for _ in 0..2 {
        let subscriber = log.subscriber(LevelFilter::INFO);
        let call = async { with(&pool, span).instrument(info_span!("checkout", user = 7)).await };
        assert_eq!(call.with_subscriber(subscriber).await, Ok(Some("caller".to_owned())));
    }
    assert_eq!(with(&pool, span).await, Ok(None), "the span is left");
    finish(pool).await;
}

async fn a_span_with_long_fields_is_sent_with_the_first_of_them() {
    let pool = one().initializer(initializer!(install_own)).build().unwrap();
    let text = "x".repeat(16_000);
    let call = async {
        let long = info_span!("long", a = text, b = text, c = text, d = text, e = text);
        with(&pool, own_lines).instrument(long).await
    };
    let lines = call.with_subscriber(Log::default().subscriber(LevelFilter::INFO)).await.unwrap();
    assert!(lines[0].starts_with("caller caller.span=long "), "{}", lines[0]);
    assert!(lines[0].contains("x\" b=\"x") && lines[0].ends_with("x…"), "{}", lines[0]);
    finish(pool).await;
}

static OWN: LazyLock<Log> = LazyLock::new(Log::default);

fn install_own() {
    tracing::dispatcher::set_global_default(OWN.subscriber(LevelFilter::TRACE)).expect("the first");
}

#[sync_to_async(process(pool = &current()))]
fn own_lines() -> Result<Vec<String>, Error> {
    tracing::info!("stays here");
    Ok(OWN.lines())
}

async fn its_fields_reach_the_workers_own_subscriber() {
    let pool = one().initializer(initializer!(install_own)).build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    let lines = async {
        let span = info_span!(
            "checkout",
            user = 7_u64,
            change = -3,
            name = "Ada",
            paid = true,
            price = 1.5,
            basket = ?[1, 2],
            later = tracing::field::Empty,
            never = tracing::field::Empty,
        );
        span.record("later", "now");
        with(&pool, own_lines).instrument(span).await
    };
    let lines = lines.with_subscriber(subscriber).await.unwrap();
    let here = module_path!();
    let fields = r#"user=7 change=-3 name="Ada" paid=true price=1.5 basket=[1, 2] later="now""#;
    let expected = [
        format!("caller caller.span=checkout caller.target={here} caller.fields={fields}"),
        format!("INFO {here} in caller: stays here"),
    ];
    assert_eq!(lines, expected);
    assert_eq!(log.lines().len(), 1, "the caller's own span: {:?}", log.lines());
    finish(pool).await;
}

/// Its `Debug` panics.
struct Unprintable;

impl std::fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::panic::resume_unwind(Box::new("unprintable"))
    }
}

async fn a_field_that_panics_when_it_is_recorded_leaves_the_span_usable() {
    let pool = one().build().unwrap();
    let subscriber = tracing_subscriber::registry().with(SpanFields);
    let call = async {
        let span = info_span!("checkout", user = tracing::field::Empty);
        let record = AssertUnwindSafe(|| {
            span.record("user", tracing::field::debug(Unprintable));
        });
        std::panic::catch_unwind(record).unwrap_err();
        with(&pool, self::span).instrument(span).await
    };
    assert_eq!(call.with_subscriber(subscriber).await, Ok(Some("caller".to_owned())));
    finish(pool).await;
}

const PARSE: u32 = line!();

#[sync_to_async(process(pool = &current()))]
fn parse(pages: u32) -> Result<(), Error> {
    tracing::info!(pages, "parses");
    let document = info_span!("document", size = 9).entered();
    let page = info_span!("page", number = tracing::field::Empty);
    page.record("number", 1);
    page.in_scope(|| tracing::warn!(target: "glyphs", font = "Sans", missing = ?['a'], "no {}", 1));
    drop(document);
    tracing::debug!("is not wanted");
    tracing::error!(reason = %"rain");
    Ok(())
}

async fn events_come_back_into_the_span() {
    let pool = one().build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    let call = async { with(&pool, || parse(2)).instrument(info_span!("checkout")).await };
    call.with_subscriber(subscriber).await.unwrap();
    let event = |level: &str, message: &str, target: &str, line: u32, fields: &str| {
        let place = format!("worker.target={target} worker.location={}:{line}", file!());
        format!("{level} asyncify_runtime::process in checkout:{message} {place} {fields}")
    };
    let here = module_path!();
    let spans = "worker.spans=document{size=9}:page{number=1}";
    let glyphs = format!(r#"worker.fields=font="Sans" missing=['a'] {spans}"#);
    let expected = [
        "checkout".to_owned(),
        event("INFO", " parses", here, PARSE + 4, "worker.fields=pages=2"),
        event("WARN", " no 1", "glyphs", PARSE + 8, &glyphs),
        event("ERROR", "", here, PARSE + 11, "worker.fields=reason=rain"),
    ];
    assert_eq!(log.lines(), expected);
    finish(pool).await;
}

/// Targets and levels are those of the worker, for filters of the whole subscriber and of a layer.
async fn filters_see_the_original_metadata() {
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::Layer;
    let pool = one().build().unwrap();
    for (target, level, count) in [
        ("glyphs", Level::WARN, 1),
        ("glyphs", Level::ERROR, 0),
        (module_path!(), Level::ERROR, 1),
        (module_path!(), Level::TRACE, 3),
        ("asyncify_runtime", Level::TRACE, 0),
    ] {
        let targets = Targets::new().with_target(target, level);
        let (all, layer) = (Log::default(), Log::default());
        let of_all = tracing_subscriber::registry().with(targets.clone()).with(all.clone());
        let of_layer = tracing_subscriber::registry().with(layer.clone().with_filter(targets));
        with(&pool, || parse(2)).with_subscriber(of_all).await.unwrap();
        with(&pool, || parse(2)).with_subscriber(of_layer).await.unwrap();
        assert_eq!((all.lines().len(), layer.lines().len()), (count, count), "{target} {level}");
    }
    finish(pool).await;
}

#[sync_to_async(process(pool = &current()))]
fn many_threads() -> Result<(), Error> {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || (0..100).for_each(|round| tracing::info!(thread, round)));
        }
    });
    Ok(())
}

async fn events_of_threads_come_back() {
    let pool = one().build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    with(&pool, many_threads).with_subscriber(subscriber).await.unwrap();
    let mut lines = log.lines();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 400, "each of them once");
    finish(pool).await;
}

#[sync_to_async(process(pool = &current()))]
fn enabled() -> Result<[bool; 3], Error> {
    tracing::error!("something");
    Ok([
        tracing::enabled!(Level::ERROR),
        tracing::enabled!(Level::INFO),
        tracing::enabled!(Level::DEBUG),
    ])
}

async fn nothing_is_sent_without_a_subscriber() {
    let pool = one().build().unwrap();
    assert_eq!(with(&pool, enabled).await, Ok([false; 3]));
    for (level, expected) in [
        (LevelFilter::INFO, [true, true, false]),
        (LevelFilter::ERROR, [true, false, false]),
        (LevelFilter::TRACE, [true; 3]),
        (LevelFilter::OFF, [false; 3]),
    ] {
        // A pool of its own: the most verbose level of any subscriber in the program counts, and
        // the pool may keep that of the last call for a moment.
        let pool = one().build().unwrap();
        let subscriber = Log::default().subscriber(level);
        let seen = with(&pool, enabled).with_subscriber(subscriber).await;
        assert_eq!(seen, Ok(expected), "{level}");
        finish(pool).await;
    }
    assert_eq!(with(&pool, enabled).await, Ok([false; 3]));
    finish(pool).await;
}

#[sync_to_async(process(pool = &current()))]
fn chatter(events: u32, length: usize) -> Result<(), Error> {
    let text = "x".repeat(length);
    (0..events).for_each(|number| tracing::info!(number, text));
    Ok(())
}

async fn events_beyond_the_limit_are_counted() {
    let pool = one().build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    async {
        with(&pool, || chatter(1500, 10)).await.unwrap();
        let lines = log.lines();
        assert_eq!(lines.len(), 1001);
        let said = "WARN asyncify_runtime::process: 500 more events of this call were not sent \
                    worker.target=asyncify_runtime::process";
        assert_eq!(lines[1000], said);
        // A long text is cut.
        with(&pool, || chatter(1, 1 << 20)).await.unwrap();
        let lines = log.lines();
        assert_eq!(lines.len(), 1002);
        assert!(lines[1001].ends_with("x…"));
    }
    .with_subscriber(subscriber)
    .await;
    finish(pool).await;

    // A long path of spans is cut as well, and the limit of results does not apply.
    let pool = one().max_payload(50).build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    with(&pool, || chatter_in_deep_spans(100)).with_subscriber(subscriber).await.unwrap();
    assert_eq!(log.lines().len(), 1);
    assert!(log.lines()[0].contains(": is cut worker.target="), "{:?}", log.lines());
    assert!(log.lines()[0].ends_with("x…"), "{:?}", log.lines());
    finish(pool).await;
}

#[sync_to_async(process(pool = &current()))]
fn chatter_in_deep_spans(depth: u32) -> Result<(), Error> {
    let text = "x".repeat(16_000);
    let _entered: Vec<_> = (0..depth).map(|_| info_span!("deeper", text).entered()).collect();
    tracing::info!("is cut");
    Ok(())
}

#[sync_to_async(process(pool = &current()))]
fn last_words(count: u32) -> Result<(), Error> {
    (0..count).for_each(|left| tracing::error!(left, "goes down"));
    std::process::abort()
}

async fn events_before_a_crash_come_back() {
    let pool = one().build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    let error = with(&pool, || last_words(300)).with_subscriber(subscriber).await.unwrap_err();
    assert_eq!(tasks::crash(error).signal, Some(6));
    assert_eq!(log.lines().len(), 300);
    finish(pool).await;
}

#[sync_to_async(process(pool = &current()))]
fn chatter_for_ever() -> Result<(), Error> {
    loop {
        tracing::info!("still here");
    }
}

async fn a_call_that_logs_for_ever_times_out() {
    let pool = one().timeout(Duration::from_millis(100)).build().unwrap();
    let log = Log::default();
    let subscriber = log.subscriber(LevelFilter::INFO);
    let error = with(&pool, chatter_for_ever).with_subscriber(subscriber).await.unwrap_err();
    assert!(matches!(error, Error::Process(ProcessError::TimedOut { .. })), "{error}");
    // On a busy machine some of them are late.
    assert!(log.lines().len() <= 1000);
    finish(pool).await;
}

/// Panics at every event.
struct Fragile;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Fragile {
    fn on_event(&self, _: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        std::panic::resume_unwind(Box::new("fragile"));
    }
}

async fn a_subscriber_that_panics_affects_no_call() {
    let pool = one().build().unwrap();
    let subscriber = tracing_subscriber::registry().with(Fragile);
    assert_eq!(with(&pool, || chatter(3, 1)).with_subscriber(subscriber).await, Ok(()));
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.spawned, 1);
}

fn inject(headers: &mut HashMap<String, String>) {
    TraceContextPropagator::new().inject_context(&opentelemetry::Context::current(), headers);
}

fn enter(headers: &HashMap<String, String>, body: &mut dyn FnMut()) {
    let _entered = TraceContextPropagator::new().extract(headers).attach();
    body();
}

#[sync_to_async(process(pool = &current()))]
fn trace() -> Result<Option<(String, String)>, Error> {
    let context = opentelemetry::Context::current();
    let span = context.span().span_context().clone();
    Ok(span.is_valid().then(|| (span.trace_id().to_string(), span.span_id().to_string())))
}

async fn the_traceparent_reaches_the_function() {
    let pool = one().carrier(carrier!(inject, enter)).build().unwrap();
    let trace_id = TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").unwrap();
    let span_id = SpanId::from_hex("b7ad6b7169203331").unwrap();
    let sampled = TraceFlags::SAMPLED;
    let span = SpanContext::new(trace_id, span_id, sampled, true, TraceState::default());
    let context = opentelemetry::Context::new().with_remote_span_context(span);
    let call = with(&pool, trace);
    let seen = opentelemetry::context::FutureExt::with_context(call, context).await;
    assert_eq!(seen, Ok(Some((trace_id.to_string(), span_id.to_string()))));
    assert_eq!(with(&pool, trace).await, Ok(None), "the span is left");
    // A panic leaves the context as a return does.
    let error = tasks::panic(&pool, "inside".to_owned()).await.unwrap_err();
    let Error::Process(ProcessError::Panicked(panic)) = error else { panic!("{error}") };
    assert!(panic.location.expect("a location").contains("tasks.rs"));
    assert_eq!(with(&pool, trace).await, Ok(None));
    finish(pool).await;
}

fn nothing(_: &mut HashMap<String, String>) {}

fn forget(_: &HashMap<String, String>, _: &mut dyn FnMut()) {}

async fn a_carrier_that_does_not_run_the_function_is_an_error() {
    let pool = one().carrier(carrier!(nothing, forget)).build().unwrap();
    let error = tasks::add(&pool, 1, 1).await.unwrap_err();
    assert!(error.to_string().contains("has not called the function"), "{error}");
    assert_eq!(finish(pool).await.calls.panicked, 1);
}

fn too_much(headers: &mut HashMap<String, String>) {
    headers.insert("baggage".to_owned(), "x".repeat(1 << 16));
}

async fn a_carrier_with_too_long_headers_is_an_error() {
    let pool = Pool::builder().name("heavy").carrier(carrier!(too_much, enter)).build().unwrap();
    let error = tasks::add(&pool, 1, 1).await.unwrap_err();
    let Error::Process(ProcessError::Encode { side, detail, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(
        (side, detail.contains("where 65535 are allowed")),
        (Side::Caller, true),
        "{detail}"
    );
    finish(pool).await;
}
