//! Each call is a span, as tokio's own tasks are.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use asyncify_runtime::{asyncify, sync_to_async};
use asyncify_tests::block_on;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, dispatcher, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

type Fields = BTreeMap<&'static str, String>;

/// A span's parent and fields.
type Spawned = (Id, Option<&'static str>, Fields);

/// Every span `runtime.spawn`, as a console would gather them.
#[derive(Clone, Default)]
struct Console(Arc<Mutex<Vec<Spawned>>>);

struct Gather<'a>(&'a mut Fields);

impl Visit for Gather<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Console {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() != "runtime.spawn" {
            return;
        }
        assert_eq!(attributes.metadata().target(), "tokio::task");
        let parent = context.span(id).and_then(|span| span.parent().map(|parent| parent.name()));
        let mut fields = Fields::new();
        attributes.record(&mut Gather(&mut fields));
        self.0.lock().unwrap().push((id.clone(), parent, fields));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.0.lock().unwrap();
        if let Some((.., fields)) = spans.iter_mut().find(|(known, ..)| known == id) {
            record.record(&mut Gather(fields));
        }
    }
}

#[sync_to_async]
fn measured() {}

fn seen(work: impl FnOnce()) -> Vec<(Option<&'static str>, Fields)> {
    let console = Console::default();
    dispatcher::with_default(
        &asyncify_tests::dispatch(Registry::default().with(console.clone())),
        work,
    );
    let spans = console.0.lock().unwrap();
    spans.iter().map(|(_, parent, fields)| (*parent, fields.clone())).collect()
}

#[test]
fn call_is_a_span_with_its_function_place_and_times() {
    let spans = seen(|| {
        let _request = info_span!("request").entered();
        block_on(measured());
    });
    let [(parent, fields)] = &spans[..] else { panic!("one span, not {spans:?}") };
    assert_eq!(*parent, Some("request"));
    assert_eq!(fields["kind"], "blocking");
    assert_eq!(fields["task.name"], concat!(module_path!(), "::measured"));
    assert!(fields["loc.file"].ends_with("spans.rs"), "{fields:?}");
    for number in ["loc.line", "loc.col", "queue_wait_us", "run_time_us"] {
        let _: u64 = fields[number].parse().unwrap();
    }
}

#[test]
fn inline_call_is_named_after_the_function_around() {
    let spans = seen(|| block_on(asyncify!(|| ())));
    let name = &spans[0].1["task.name"];
    assert!(name.contains("inline_call_is_named_after_the_function_around"), "{name}");
}

#[test]
fn nobody_listening_makes_no_span() {
    block_on(measured());
    assert!(seen(|| ()).is_empty());
}
