//! Drops of a `Call` at every stage, with wakers that do nothing, panic, or drop the call
//! themselves.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use asyncify_runtime::remote::{Call, WorkerMetrics};
use asyncify_runtime::{Error, is_cancelled, sync_to_async};
use asyncify_tests::HostileWaker;

use crate::tasks::{Runs, count, until};
use crate::{engine, on_threads};

/// Runs until the gate is open or it is cancelled, which it counts, too.
#[sync_to_async(remote(name = "held.v1", queue = "held"))]
fn held(runs: &Path, gate: &Path) -> Result<u64, Error> {
    let number = count(runs);
    let started = std::time::Instant::now();
    while !gate.exists() && !is_cancelled() {
        assert!(started.elapsed() < asyncify_tests::FOREVER, "the gate is never opened");
        thread::park_timeout(std::time::Duration::from_millis(1));
    }
    if is_cancelled() {
        count(runs);
    }
    Ok(number)
}

/// How far a call is when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Unpolled,
    Queued,
    Running,
    /// The outcome is there, and was not polled.
    Done,
    Completed,
}

/// What the waker does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hostile {
    No,
    PanicsWhenWoken,
    PanicsWhenDropped,
    DropsTheCall,
}

type Pinned = Pin<Box<Call<Result<u64, Error>>>>;
type Slot = Arc<Mutex<Option<Pinned>>>;

/// Panics without a message, unless the thread panics already.
fn fall() {
    if !thread::panicking() {
        resume_unwind(Box::new("the waker has panicked"));
    }
}

fn hostile_waker(kind: Hostile, call: &Slot) -> Arc<HostileWaker> {
    let (waker, call) = (HostileWaker::default(), call.clone());
    Arc::new(match kind {
        Hostile::No => waker,
        Hostile::PanicsWhenWoken => waker.on_wake(fall),
        Hostile::PanicsWhenDropped => waker.on_drop(fall),
        Hostile::DropsTheCall => waker.on_wake(move || drop(take(&call))),
    })
}

fn take(call: &Slot) -> Option<Pinned> {
    // Not while it is polled: then the poll ends it.
    call.try_lock().ok().and_then(|mut call| call.take())
}

/// Polls a call with a waker that nobody else keeps.
fn poll(call: &Slot, hostile: &Arc<HostileWaker>) -> Poll<Result<u64, Error>> {
    let waker = hostile.another();
    let mut call = call.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(call) = call.as_mut() else { return Poll::Pending };
    let polled = call.as_mut().poll(&mut Context::from_waker(&waker));
    let _ = catch_unwind(AssertUnwindSafe(|| drop(waker)));
    polled
}

async fn row(stage: Stage, kind: Hostile) -> (u64, WorkerMetrics) {
    engine();
    let (runs, gate) = (Runs::new(), Runs::new());
    let call: Slot = Arc::new(Mutex::new(Some(Box::pin(held(runs.path(), gate.path())))));
    let hostile = hostile_waker(kind, &call);
    let drop_it = || {
        // The waker may panic when it is dropped with the call.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(take(&call))));
    };
    if stage != Stage::Unpolled {
        assert!(poll(&call, &hostile).is_pending());
    }
    if matches!(stage, Stage::Unpolled | Stage::Queued) {
        drop_it();
    }
    let rest = async {
        if matches!(stage, Stage::Running | Stage::Done | Stage::Completed) {
            until("it runs", || runs.count() == 1).await;
        }
        if stage == Stage::Running {
            drop_it();
            until("it is cancelled", || runs.count() == 2).await;
        }
        count(gate.path());
        if matches!(stage, Stage::Done | Stage::Completed) {
            until("it is woken", || hostile.woken() > 0).await;
        }
        if stage == Stage::Completed && kind != Hostile::DropsTheCall {
            assert_eq!(poll(&call, &hostile), Poll::Ready(Ok(1)));
        }
        drop_it();
        // The next one is as any other.
        let after = Runs::new();
        assert_eq!(held(after.path(), gate.path()).await, Ok(1));
    };
    let metrics = on_threads("held", rest).await;
    (runs.count(), metrics)
}

#[tokio::test]
async fn a_call_can_be_dropped_at_every_stage_with_any_waker() {
    use Stage::{Completed, Done, Queued, Running, Unpolled};
    for kind in
        [Hostile::No, Hostile::PanicsWhenWoken, Hostile::PanicsWhenDropped, Hostile::DropsTheCall]
    {
        for stage in [Unpolled, Queued, Running, Done, Completed] {
            let (runs, metrics) = row(stage, kind).await;
            let row = format!("{stage:?}, {kind:?}: {metrics:?}");
            let done = (metrics.done.completed, metrics.done.cancelled);
            match stage {
                Unpolled | Queued => assert_eq!((runs, done), (0, (1, 0)), "{row}"),
                Running => assert_eq!((runs, done), (2, (1, 1)), "{row}"),
                Done | Completed => assert_eq!((runs, done), (1, (2, 0)), "{row}"),
            }
        }
    }
}
