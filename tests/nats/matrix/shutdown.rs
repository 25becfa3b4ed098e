//! Workers that are asked to stop.

use asyncify_nats_tests::tasks::{gated, noted};
use asyncify_nats_tests::{outcome, until};

use super::fixture;

#[tokio::test]
async fn a_worker_that_stops_finishes_what_it_runs_and_takes_no_more() {
    let Some(fixture) = fixture().await else { return };
    let mut worker = fixture.worker(100);
    let file = fixture.log.file();
    let running: Vec<_> = (0..100).map(|number| tokio::spawn(gated(&file, number))).collect();
    let begun = || fixture.log.lines().iter().filter(|line| line.starts_with("begin")).count();
    until("all run", || begun() == 100).await;
    let queued = noted(&file, 100).submit().await.unwrap();
    worker.terminate();
    fixture.log.open_gate();
    for (call, number) in running.into_iter().zip(0..) {
        assert_eq!(call.await.unwrap(), Ok(number));
    }
    let mut status = None;
    until("it ends", || {
        status = worker.ended();
        status.is_some()
    })
    .await;
    assert!(status.unwrap().success());
    assert_eq!(begun(), 100);
    let _next = fixture.worker(1);
    assert_eq!(outcome::<u64>(&queued).await, Ok(100));
    assert_eq!(fixture.log.count("ran 100"), 1);
}
