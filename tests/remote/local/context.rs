//! What a function sees of its caller: the span, and what a carrier propagates.

use std::cell::RefCell;
use std::collections::HashMap;

use asyncify_runtime::process::{Pool, SpanFields};
use asyncify_runtime::remote::{self, Worker};
use asyncify_runtime::{Error, carrier, sync_to_async};

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::Attributes;
use tracing::{Event, Id, Instrument, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::{beside, engine};

thread_local! {
    static TRACEPARENT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn inject(headers: &mut HashMap<String, String>) {
    headers.insert("traceparent".to_owned(), TRACEPARENT.with_borrow(String::clone));
}

fn enter(headers: &HashMap<String, String>, body: &mut dyn FnMut()) {
    let before = TRACEPARENT.replace(headers["traceparent"].clone());
    body();
    TRACEPARENT.set(before);
}

#[sync_to_async(remote(name = "traced.v1", queue = "traced"))]
fn traced() -> Result<String, Error> {
    Ok(TRACEPARENT.with_borrow(String::clone))
}

#[test]
fn a_traceparent_gets_to_the_function() {
    remote::install_carrier(carrier!(inject, enter)).expect("the only one");
    futures::executor::block_on(async {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let worker = Worker::new(engine().clone()).queues(["traced"]);
        let call = || async move {
            TRACEPARENT.set(parent.to_owned());
            assert_eq!(traced().await.as_deref(), Ok(parent));
        };
        beside(worker.clone(), call()).await;
        let pool =
            Pool::builder().name("traced").max_workers(1).carrier(carrier!(inject, enter)).build();
        let pool = pool.expect("there is a worker test");
        beside(worker.in_processes(pool), call()).await;
        TRACEPARENT.set(String::new());
    });
}

#[sync_to_async(remote(name = "logs.v1", queue = "logs"))]
fn logs() -> Result<(), Error> {
    tracing::info!("the function logs");
    Ok(())
}

/// What is logged: new spans, and events with the span that they are in.
#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn has(&self, what: &str) -> bool {
        self.0.lock().unwrap().iter().any(|line| line.contains(what))
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut text = Text(attributes.metadata().name().to_owned());
        attributes.record(&mut text);
        self.push(text.0);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut text = Text(context.event_span(event).map_or("", |span| span.name()).to_owned());
        event.record(&mut text);
        self.push(text.0);
    }
}

#[test]
fn a_function_runs_in_a_span_with_that_of_its_caller() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(SpanFields).with(lines.clone());
    tracing::dispatcher::with_default(&asyncify_tests::dispatch(subscriber), || {
        let worker = Worker::new(engine().clone()).queues(["logs"]);
        let pool =
            Pool::builder().name("logs").max_workers(1).build().expect("there is a worker test");
        for worker in [worker.clone(), worker.in_processes(pool)] {
            let call = async {
                let request = tracing::info_span!("request", number = 7);
                assert_eq!(logs().instrument(request).await, Ok(()));
            };
            futures::executor::block_on(beside(worker, call));
            assert!(lines.has("task task.name=logs.v1 task.id="), "{lines:?}");
            let caller = "task.attempt=1 caller.span=request caller.target=local::context \
                          caller.fields=number=7";
            assert!(lines.has(caller), "{lines:?}");
            assert!(lines.has("task message=the function logs"), "{lines:?}");
            lines.0.lock().unwrap().clear();
        }
    });
}
