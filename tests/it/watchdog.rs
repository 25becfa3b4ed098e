//! The watchdog tells of a blocked task while it is blocked. The tasks here block until it has:
//! each waits for the report of itself.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use asyncify_runtime::{Stall, Watchdog, WatchdogBuilder};
use asyncify_tests::{FOREVER, Gate};
use tower::{ServiceBuilder, ServiceExt};
use tracing::{Event, Instrument, Subscriber, dispatcher, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::{current_thread, multi_thread};

fn quick() -> WatchdogBuilder {
    Watchdog::builder().threshold(Duration::from_millis(20))
}

/// A watchdog, its reports, and its reports of ends.
fn reporting() -> (Watchdog, Receiver<Stall>, Receiver<Stall>) {
    let (stalls, stalled) = mpsc::channel();
    let (overs, over) = mpsc::channel();
    // Who has seen enough has gone.
    let send = |sender: Sender<Stall>| move |stall: &Stall| drop(sender.send(stall.clone()));
    (quick().on_stall(send(stalls)).on_stall_over(send(overs)).build(), stalled, over)
}

fn next(reports: &Receiver<Stall>) -> Stall {
    reports.recv_timeout(FOREVER).expect("a report in time")
}

#[test]
fn each_stuck_worker_is_told() {
    let (stalls, stalled) = mpsc::channel();
    let gate = Gate::new();
    let watchdog = quick().on_stall(move |stall| drop(stalls.send(stall.clone()))).build();
    let runtime = multi_thread();
    let tasks = ["first", "second"].map(|name| {
        let gate = gate.clone();
        runtime.spawn(watchdog.watch(async move { gate.pass() }).named(name))
    });
    let mut found = [next(&stalled), next(&stalled)];
    found.sort_by_key(|stall| stall.name().map(str::to_owned));
    gate.open();
    assert_eq!(found.each_ref().map(|stall| stall.name()), [Some("first"), Some("second")]);
    assert_ne!(found[0].thread_id(), found[1].thread_id());
    runtime.block_on(futures::future::try_join_all(tasks)).expect("no panic");
}

#[test]
fn each_stall_of_a_task_is_told() {
    let (watchdog, stalled, over) = reporting();
    let task = async move {
        for _ in 0..3 {
            assert!(!next(&stalled).is_over());
            tokio::task::yield_now().await;
        }
    };
    current_thread().block_on(watchdog.watch(task));
    for _ in 0..3 {
        assert!(next(&over).is_over());
    }
}

#[test]
fn task_that_waits_asynchronously_is_no_stall() {
    let (watchdog, stalled, over) = reporting();
    current_thread().block_on(async {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        // Pending from before the stall of another task to after its end.
        let waits = tokio::spawn(watchdog.watch(receiver).named("waits"));
        tokio::task::yield_now().await;
        let blocks = watchdog.watch(async { next(&stalled) }).named("blocks");
        assert_eq!(blocks.await.name(), Some("blocks"));
        drop(sender);
        assert!(waits.await.expect("no panic").is_err());
    });
    assert_eq!(next(&over).name(), Some("blocks"));
    assert!(stalled.try_recv().is_err(), "a report of the one that waits");
}

#[test]
fn panic_ends_a_stall() {
    let (watchdog, stalled, over) = reporting();
    let task = watchdog.watch(async move {
        next(&stalled);
        panic!("on purpose");
    });
    let error = current_thread().block_on(async { tokio::spawn(task).await }).unwrap_err();
    assert!(error.is_panic());
    assert!(next(&over).is_over());
}

#[test]
fn handle_may_go_before_its_watch() {
    let (watchdog, stalled, _over) = reporting();
    let watched = watchdog.watch(async move { next(&stalled) });
    drop(watchdog);
    assert!(!current_thread().block_on(watched).is_over());
}

#[cfg(target_os = "linux")]
#[test]
fn report_says_what_the_thread_does() {
    let (watchdog, stalled, _over) = reporting();
    let stall = current_thread().block_on(watchdog.watch(async move { next(&stalled) }));
    // A channel waits on a futex; a system may hide the call.
    let activity = stall.activity().expect("`/proc` tells");
    assert!(activity.starts_with("sleeping"), "{activity}");
    let text = stall.to_string();
    assert!(text.contains("a task (") && text.contains(activity), "{text}");

    let (watchdog, stalled, _over) = reporting();
    let computes = poll_fn(move |_| match stalled.try_recv() {
        Ok(stall) => Poll::Ready(stall),
        // The work of a body that computes.
        Err(_) => loop {
            if let Ok(stall) = stalled.try_recv() {
                break Poll::Ready(stall);
            }
        },
    });
    let stall = current_thread().block_on(watchdog.watch(computes));
    assert_eq!(stall.activity(), Some("running"));
}

#[test]
fn layer_watches_requests_of_a_service() {
    let (watchdog, stalled, over) = reporting();
    let stalled = Arc::new(Mutex::new(stalled));
    let service = ServiceBuilder::new().layer(watchdog.layer().named("GET /")).service_fn(
        move |in_call: bool| {
            let receive = {
                let stalled = Arc::clone(&stalled);
                move || next(&stalled.lock().expect("no panic"))
            };
            // Blocks in the call of the service, or in its response.
            let early = in_call.then(&receive);
            async move { Ok::<_, Infallible>(early.unwrap_or_else(receive)) }
        },
    );
    for in_call in [true, false] {
        let response = current_thread().block_on(service.clone().oneshot(in_call));
        assert_eq!(response.expect("infallible").name(), Some("GET /"));
        assert!(next(&over).is_over());
    }
}

/// The span and the fields of an event.
type Heard = (Option<&'static str>, String);

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Heard>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut text = String::new();
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            text += &format!("{field}={value:?};");
        });
        let span = context.event_span(event).map(|span| span.name());
        self.0.lock().unwrap().push((span, text));
    }
}

#[test]
fn tracing_hears_of_it_within_the_span_of_the_task() {
    let recorder = Recorder::default();
    let dispatch = asyncify_tests::dispatch(Registry::default().with(recorder.clone()));
    dispatcher::with_default(&dispatch, || {
        let (watchdog, stalled, over) = reporting();
        let task = watchdog.watch(async move { next(&stalled) }).named("traced");
        current_thread().block_on(task.instrument(info_span!("request")));
        next(&over);
    });
    let events = recorder.0.lock().unwrap();
    let [stuck, over] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((stuck.0, over.0), (Some("request"), Some("request")));
    assert!(stuck.1.contains("task.name=\"traced\";") && stuck.1.contains("over=false;"));
    assert!(over.1.contains("over=true;"), "{}", over.1);
}
