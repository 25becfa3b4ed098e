//! The caller's span and dispatcher are current in the body, and gone afterwards.

use std::sync::{Arc, Mutex};

use asyncify_runtime::{BlockingPool, sync_to_async};
use asyncify_tests::{Gate, block_on};
use tracing::{Dispatch, Event, Instrument, Span, Subscriber, dispatcher, info, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::{join_all, one_thread};

/// Writes for each event in which span it happened.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Option<&'static str>>>>);

impl Recorder {
    fn dispatch(&self) -> Dispatch {
        asyncify_tests::dispatch(Registry::default().with(self.clone()))
    }

    fn events(&self) -> Vec<Option<&'static str>> {
        self.0.lock().unwrap().clone()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.lock().unwrap().push(context.event_span(event).map(|span| span.name()));
    }
}

#[sync_to_async(executor = pool)]
fn report(pool: &BlockingPool) -> Option<&'static str> {
    let _ = pool;
    info!("in the body");
    Span::current().metadata().map(tracing::Metadata::name)
}

#[test]
fn body_reports_to_its_caller_within_its_span() {
    let pool = one_thread();
    let recorder = Recorder::default();
    let name = dispatcher::with_default(&recorder.dispatch(), || {
        block_on(report(&pool).instrument(info_span!("request")))
    });
    assert_eq!(name, Some("request"));
    assert_eq!(recorder.events(), [Some("request")]);
}

#[test]
fn caller_without_a_span_still_hears_the_body() {
    let pool = one_thread();
    let recorder = Recorder::default();
    let name = dispatcher::with_default(&recorder.dispatch(), || block_on(report(&pool)));
    // The innermost span is then the call's own.
    let own = Some("runtime.spawn");
    assert_eq!((name, recorder.events()), (own, vec![own]));
}

#[test]
fn next_call_sees_neither_span_nor_dispatcher() {
    let pool = one_thread();
    let recorder = Recorder::default();
    dispatcher::with_default(&recorder.dispatch(), || {
        block_on(report(&pool).instrument(info_span!("first")));
    });
    assert_eq!(block_on(report(&pool)), None);
    assert_eq!(recorder.events(), [Some("first")]);

    // Nor does one within another caller's.
    let other = Recorder::default();
    dispatcher::with_default(&other.dispatch(), || block_on(report(&pool)));
    assert_eq!((recorder.events().len(), other.events()), (1, vec![Some("runtime.spawn")]));
}

#[test]
fn nothing_is_left_after_a_panic() {
    let pool = one_thread();
    let recorder = Recorder::default();
    dispatcher::with_default(&recorder.dispatch(), || {
        let _entered = info_span!("failing").entered();
        let handle = pool.spawn(|| -> () {
            info!("before the panic");
            panic!("expected");
        });
        assert!(block_on(handle).unwrap_err().is_panic());
    });
    assert_eq!(block_on(report(&pool)), None);
    assert_eq!(recorder.events(), [Some("failing")]);
}

#[test]
fn spans_of_the_body_end_with_it() {
    let pool = one_thread();
    let recorder = Recorder::default();
    dispatcher::with_default(&recorder.dispatch(), || {
        let _entered = info_span!("outer").entered();
        let handle = pool.spawn(|| {
            // Never left: the body forgets to.
            std::mem::forget(info_span!("inner").entered());
            info!("inside");
        });
        block_on(handle).unwrap();
        assert_eq!(Span::current().metadata().map(tracing::Metadata::name), Some("outer"));
    });
    assert_eq!(recorder.events(), [Some("inner")]);
    assert_eq!(block_on(report(&pool)), None);
}

#[test]
fn concurrent_callers_do_not_mix() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let gate = Gate::new();
    let recorders = [Recorder::default(), Recorder::default()];
    let handles = [0, 1].map(|caller| {
        dispatcher::with_default(&recorders[caller].dispatch(), || {
            let span = if caller == 0 { info_span!("left") } else { info_span!("right") };
            let _entered = span.entered();
            let gate = gate.clone();
            pool.spawn(move || {
                gate.pass();
                info!("in the body");
            })
        })
    });
    gate.wait_for(2);
    gate.open();
    join_all(handles);
    assert_eq!(recorders[0].events(), [Some("left")]);
    assert_eq!(recorders[1].events(), [Some("right")]);
}

#[test]
fn async_body_keeps_the_span_across_its_awaits() {
    #[sync_to_async]
    async fn run() {
        info!("before");
        std::future::ready(()).await;
        async { info!("nested") }.instrument(info_span!("nested")).await;
        info!("after");
    }
    let recorder = Recorder::default();
    dispatcher::with_default(&recorder.dispatch(), || {
        block_on(run().instrument(info_span!("request")));
    });
    assert_eq!(recorder.events(), [Some("request"), Some("nested"), Some("request")]);
}

#[test]
fn instrument_may_stand_above_and_below() {
    #[tracing::instrument]
    #[sync_to_async]
    fn above(number: u8) -> u8 {
        info!(number);
        number
    }
    #[sync_to_async]
    #[tracing::instrument(skip_all)]
    fn below(text: &str, (left, _): (u8, u8)) -> Result<usize, std::num::ParseIntError> {
        info!(text);
        Ok(text.parse::<usize>()? + usize::from(left))
    }
    let recorder = Recorder::default();
    dispatcher::with_default(&recorder.dispatch(), || {
        block_on(async {
            assert_eq!(above(1).await, 1);
            assert_eq!(below("2", (3, 4)).await, Ok(5));
            assert!(below("x", (3, 4)).await.is_err());
        });
    });
    assert_eq!(recorder.events(), [Some("above"), Some("below"), Some("below")]);
}

#[test]
fn nested_call_reports_within_the_span_of_the_outermost_caller() {
    #[sync_to_async(executor = pool)]
    async fn outer(pool: &BlockingPool) -> Option<&'static str> {
        report(pool).await
    }
    let pool = one_thread();
    let recorder = Recorder::default();
    let name = dispatcher::with_default(&recorder.dispatch(), || {
        block_on(outer(&pool).instrument(info_span!("request")))
    });
    assert_eq!((name, recorder.events()), (Some("request"), vec![Some("request")]));
}

#[test]
fn span_is_closed_when_the_result_is_there() {
    #[derive(Clone, Default)]
    struct Closed(Arc<Mutex<Vec<&'static str>>>);
    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Closed {
        fn on_close(&self, id: tracing::span::Id, context: Context<'_, S>) {
            self.0.lock().unwrap().push(context.span(&id).unwrap().name());
        }
    }
    let pool = one_thread();
    let closed = Closed::default();
    dispatcher::with_default(
        &asyncify_tests::dispatch(Registry::default().with(closed.clone())),
        || {
            let handle = info_span!("request").in_scope(|| pool.spawn(|| ()));
            block_on(handle).unwrap();
        },
    );
    assert_eq!(*closed.0.lock().unwrap(), ["runtime.spawn", "request"]);
}
