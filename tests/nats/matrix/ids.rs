//! Ids, deadlines and cancellation.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use asyncify_nats_tests::tasks::{add, gated, noted};
use asyncify_nats_tests::{outcome, until};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Engine as _, RemoteError};

use super::fixture;

#[tokio::test]
async fn the_same_id_is_the_same_task() {
    let Some(mut fixture) = fixture().await else { return };
    let file = fixture.log.file();
    // Twice in the queue, the second time with other arguments.
    noted(&file, 1).id("twice").submit().await.unwrap();
    let waiting = tokio::spawn(noted(&file, 2).id("twice"));
    let _worker = fixture.worker(1);
    assert_eq!(waiting.await.unwrap(), Ok(1));
    // Again when it is done, and when the server has forgotten the messages that it has seen.
    assert_eq!(noted(&file, 3).id("twice").await, Ok(1));
    fixture.server.kill();
    fixture.server.restart();
    assert_eq!(noted(&file, 4).id("twice").await, Ok(1));
    assert_eq!(fixture.log.lines(), ["ran 1"]);
}

#[tokio::test]
async fn an_unknown_id_has_no_result() {
    let Some(fixture) = fixture().await else { return };
    let id = "nobody".parse().unwrap();
    let error = outcome::<u64>(&id).await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::NoResult { .. })), "{error}");
    assert_eq!(fixture.engine.cancel(id).await, Ok(()));
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_queue_ends_the_task() {
    let Some(fixture) = fixture().await else { return };
    let call = noted(&fixture.log.file(), 1).id("late").timeout(Duration::from_millis(100));
    let error = call.await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::TimedOut { .. })), "{error}");
    let _worker = fixture.worker(1);
    assert_eq!(add(1, 1).await, Ok(2));
    assert_eq!(fixture.log.lines(), [""; 0]);
}

#[tokio::test]
async fn a_cancelled_task_leaves_the_queue_without_running() {
    let Some(fixture) = fixture().await else { return };
    let id = noted(&fixture.log.file(), 1).submit().await.unwrap();
    fixture.engine.cancel(id.clone()).await.unwrap();
    let _worker = fixture.worker(1);
    assert_eq!(add(1, 1).await, Ok(2));
    assert_eq!(outcome::<u64>(&id).await, Err(Error::Cancelled));
    assert_eq!(fixture.log.lines(), [""; 0]);
}

#[tokio::test]
async fn a_cancelled_task_that_runs_is_told() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    let id = gated(&fixture.log.file(), 1).submit().await.unwrap();
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    fixture.engine.cancel(id.clone()).await.unwrap();
    assert_eq!(outcome::<u64>(&id).await, Err(Error::Cancelled));
    until("it is cancelled", || fixture.log.count("cancelled 1") == 1).await;
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn a_dropped_call_kills_the_worker_process_that_runs_it() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker_in_processes(1);
    let call = tokio::spawn(gated(&fixture.log.file(), 1));
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    call.abort();
    // The only process is busy until then.
    assert_eq!(add(1, 1).await, Ok(2));
    assert_eq!(fixture.log.lines(), ["begin 1"]);
}

#[tokio::test]
async fn a_call_that_is_dropped_after_any_poll_leaves_nothing_behind() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(2);
    let file = fixture.log.file();
    let mut is_done = false;
    for polls in 0_u64.. {
        if is_done {
            break;
        }
        let mut call = pin!(noted(&file, polls));
        let mut left = polls;
        is_done = poll_fn(|cx| {
            if left == 0 {
                return Poll::Ready(false);
            }
            left -= 1;
            call.as_mut().poll(cx).map(|result| result == Ok(polls))
        })
        .await;
    }
    // What was submitted is done or cancelled.
    let limit = Instant::now() + Duration::from_secs(90);
    loop {
        let queue = fixture.engine.status().await.unwrap().queues["test"].clone();
        if queue.waiting + queue.running == 0 {
            break;
        }
        assert!(Instant::now() < limit, "{queue:?}");
    }
    assert_eq!(add(1, 1).await, Ok(2));
    let mut lines = fixture.log.lines();
    let runs = lines.len();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), runs, "one ran twice");
}

#[tokio::test]
async fn a_result_is_noticed_when_it_is_stored() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    assert_eq!(add(1, 1).await, Ok(2));
    // Without a notice each would take a second.
    let all = async {
        for number in 0..300 {
            let id = noted(&fixture.log.file(), number).submit().await.unwrap();
            assert_eq!(outcome::<u64>(&id).await, Ok(number));
        }
    };
    tokio::time::timeout(Duration::from_secs(90), all).await.expect("it is noticed");
}
