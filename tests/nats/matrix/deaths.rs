//! Workers, callers and servers that are killed or stopped.

use std::time::Duration;

use asyncify_nats::Nats;
use asyncify_nats_tests::server::{self, Server};
use asyncify_nats_tests::tasks::{Log, add, gated, noted, once, poison};
use asyncify_nats_tests::workers::Program;
use asyncify_nats_tests::{outcome, until, use_engine};
use asyncify_runtime::Error;
use asyncify_runtime::remote::RemoteError;

use super::{fixture, worker_at};

#[tokio::test]
async fn a_task_waits_for_a_worker() {
    let Some(fixture) = fixture().await else { return };
    fixture.worker(1).kill();
    let id = noted(&fixture.log.file(), 1).submit().await.unwrap();
    let _worker = fixture.worker(1);
    assert_eq!(outcome::<u64>(&id).await, Ok(1));
}

#[tokio::test]
async fn a_worker_killed_while_it_runs_a_task_is_replaced() {
    let Some(fixture) = fixture().await else { return };
    let first = fixture.worker(1);
    let call = tokio::spawn(gated(&fixture.log.file(), 1));
    until("the first run", || fixture.log.count("begin 1") == 1).await;
    first.kill();
    let _second = fixture.worker(1);
    until("the second run", || fixture.log.count("begin 1") == 2).await;
    fixture.log.open_gate();
    assert_eq!(call.await.unwrap(), Ok(1));
    assert_eq!(fixture.log.count("end 1"), 1);
}

#[tokio::test]
async fn a_worker_killed_after_a_task_does_not_have_it_run_again() {
    let Some(fixture) = fixture().await else { return };
    let first = fixture.worker(1);
    let id = noted(&fixture.log.file(), 1).submit().await.unwrap();
    assert_eq!(outcome::<u64>(&id).await, Ok(1));
    first.kill();
    let _second = fixture.worker(1);
    // For longer than the lease.
    let limit = tokio::time::Instant::now() + Duration::from_secs(5);
    while tokio::time::Instant::now() < limit {
        assert_eq!(add(1, 1).await, Ok(2));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(fixture.log.count("ran 1"), 1);
    assert_eq!(outcome::<u64>(&id).await, Ok(1));
}

#[tokio::test]
async fn a_stopped_worker_loses_its_task_and_one_result_is_kept() {
    let Some(fixture) = fixture().await else { return };
    let first = fixture.worker(1);
    let call = tokio::spawn(gated(&fixture.log.file(), 1));
    until("the first run", || fixture.log.count("begin 1") == 1).await;
    first.stop();
    let _second = fixture.worker(1);
    until("the second run", || fixture.log.count("begin 1") >= 2).await;
    fixture.log.open_gate();
    assert_eq!(call.await.unwrap(), Ok(1));
    first.resume();
    until("the end of the first run", || fixture.log.count("end 1") >= 2).await;
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn a_task_that_kills_its_workers_ends_as_a_dead_letter() {
    let Some(fixture) = fixture().await else { return };
    let url = fixture.server.url();
    let call = tokio::spawn(poison(&fixture.log.file()));
    let mut worker = worker_at(&url, 1, "threads");
    let respawn = async {
        loop {
            if worker.ended().is_some() {
                worker = worker_at(&url, 1, "threads");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let result = tokio::select! {
        result = call => result.unwrap(),
        () = respawn => unreachable!(),
    };
    let error = result.unwrap_err();
    assert!(
        matches!(error, Error::Remote(RemoteError::Dead { attempts: 3, cause: None, .. })),
        "{error}"
    );
    assert_eq!(fixture.log.count("poisoned"), 3);
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn a_task_that_is_run_at_most_once_is_not_repeated() {
    let Some(fixture) = fixture().await else { return };
    let first = fixture.worker(1);
    let call = once(&fixture.log.file()).timeout(Duration::from_secs(8));
    let call = tokio::spawn(call);
    until("it runs", || fixture.log.count("begin") == 1).await;
    first.kill();
    let _second = fixture.worker(1);
    // The lease would end in three seconds.
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::TimedOut { .. })), "{error}");
    assert_eq!(add(1, 1).await, Ok(2));
    assert_eq!(fixture.log.count("begin"), 1);
}

#[tokio::test]
async fn a_killed_server_keeps_what_is_queued_and_what_runs() {
    let Some(mut fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    let running = tokio::spawn(gated(&fixture.log.file(), 1));
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    let calls: Vec<_> =
        (2..12).map(|number| tokio::spawn(noted(&fixture.log.file(), number))).collect();
    let id = noted(&fixture.log.file(), 12).submit().await.unwrap();
    fixture.server.kill();
    fixture.server.restart();
    fixture.log.open_gate();
    assert_eq!(running.await.unwrap(), Ok(1));
    for (call, number) in calls.into_iter().zip(2..) {
        assert_eq!(call.await.unwrap(), Ok(number));
    }
    assert_eq!(outcome::<u64>(&id).await, Ok(12));
}

#[tokio::test]
async fn calls_continue_when_a_server_is_away_and_comes_back() {
    let Some(mut fixture) = fixture().await else { return };
    let _worker = fixture.worker(2);
    assert_eq!(add(1, 1).await, Ok(2));
    for round in 0..3 {
        // If it is killed just after an acknowledgement, NATS 2.9.10 may restore a consumer to
        // which the next task counts as delivered.
        fixture.server.shut_down();
        let call = tokio::spawn(add(round, 1));
        fixture.server.restart();
        assert_eq!(call.await.unwrap(), Ok(round + 1));
    }
}

#[tokio::test]
async fn a_server_stopped_for_longer_than_a_lease_loses_nothing() {
    let Some(fixture) = fixture().await else { return };
    let _workers = [fixture.worker(1), fixture.worker(1)];
    let running = tokio::spawn(gated(&fixture.log.file(), 1));
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    fixture.server.stop();
    let queued = tokio::spawn(noted(&fixture.log.file(), 2));
    tokio::time::sleep(Duration::from_secs(5)).await;
    fixture.server.resume();
    fixture.log.open_gate();
    assert_eq!(running.await.unwrap(), Ok(1));
    assert_eq!(queued.await.unwrap(), Ok(2));
}

#[tokio::test]
async fn the_result_outlives_the_caller() {
    let Some(fixture) = fixture().await else { return };
    let url = fixture.server.url();
    let caller = env!("CARGO_BIN_EXE_nats-test-caller");
    let file = fixture.log.file();
    let caller = Program::start(caller, &[&url, file.to_str().unwrap(), "of-the-caller"]);
    let _worker = fixture.worker(1);
    until("it runs", || fixture.log.count("begin 7") == 1).await;
    caller.kill();
    fixture.log.open_gate();
    let id = "of-the-caller".parse().unwrap();
    assert_eq!(outcome::<u64>(&id).await, Ok(7));
}

#[tokio::test]
async fn a_cluster_survives_the_leader_of_its_streams() {
    if !server::is_installed() {
        return;
    }
    let mut servers = Server::cluster();
    let urls: Vec<String> = servers.iter().map(Server::url).collect();
    let urls = urls.join(",");
    let builder = Nats::builder(&urls)
        .replicas(3)
        .lease(Duration::from_secs(3))
        .request_timeout(Duration::from_secs(90));
    let engine = builder.connect().await.unwrap();
    use_engine(&engine);
    let log = Log::default();
    let _worker = worker_at(&urls, 2, "threads");
    assert_eq!(add(1, 1).await, Ok(2));
    let running = tokio::spawn(gated(&log.file(), 1));
    until("it runs", || log.count("begin 1") == 1).await;
    let leader = engine.status().await.unwrap().leader.unwrap();
    let index = servers.iter().position(|server| server.name() == leader).unwrap();
    servers[index].kill();
    let queued = tokio::spawn(noted(&log.file(), 2));
    log.open_gate();
    assert_eq!(running.await.unwrap(), Ok(1));
    assert_eq!(queued.await.unwrap(), Ok(2));
    assert_eq!(add(2, 2).await, Ok(4));
}
