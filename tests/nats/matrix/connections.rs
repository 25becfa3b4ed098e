//! Connections that are cut, refused, or to the wrong place.

use std::time::Duration;

use asyncify_nats::Nats;
use asyncify_nats_tests::relay::Relay;
use asyncify_nats_tests::server::{self, Server};
use asyncify_nats_tests::tasks::{add, gated, noted};
use asyncify_nats_tests::{until, use_engine};
use asyncify_runtime::Error;
use asyncify_runtime::remote::RemoteError;

use super::{fixture, worker_at};

#[tokio::test]
async fn a_cut_connection_of_the_caller_loses_no_result() {
    let Some(fixture) = fixture().await else { return };
    let relay = Relay::to(fixture.server.address()).await;
    let engine = Nats::connect(relay.url()).await.unwrap();
    use_engine(&engine);
    let _worker = fixture.worker(1);
    let call = tokio::spawn(gated(&fixture.log.file(), 1));
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    relay.cut();
    fixture.log.open_gate();
    until("it has ended", || fixture.log.count("end 1") == 1).await;
    relay.mend();
    assert_eq!(call.await.unwrap(), Ok(1));
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn a_cut_connection_of_the_worker_loses_no_task() {
    let Some(fixture) = fixture().await else { return };
    let relay = Relay::to(fixture.server.address()).await;
    let _worker = worker_at(&relay.url(), 2, "threads");
    let running = tokio::spawn(gated(&fixture.log.file(), 1));
    until("it runs", || fixture.log.count("begin 1") == 1).await;
    relay.cut();
    let queued = tokio::spawn(noted(&fixture.log.file(), 2));
    fixture.log.open_gate();
    until("it has ended", || fixture.log.count("end 1") == 1).await;
    relay.mend();
    assert_eq!(running.await.unwrap(), Ok(1));
    assert_eq!(queued.await.unwrap(), Ok(2));
}

#[tokio::test]
async fn no_server_is_an_error_that_says_so() {
    let error = Nats::connect("nats://127.0.0.1:1").await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::Unavailable { .. })), "{error}");
    assert!(error.to_string().contains("no connection to a server"), "{error}");
}

#[tokio::test]
async fn a_server_without_jetstream_is_an_error_that_says_so() {
    if !server::is_installed() {
        return;
    }
    let server = Server::without_jetstream();
    let builder = Nats::builder(server.url()).request_timeout(Duration::from_millis(500));
    let error = builder.connect().await.unwrap_err();
    assert!(error.to_string().contains("no JetStream"), "{error}");
}

#[tokio::test]
async fn a_call_without_a_server_fails_in_time() {
    let Some(mut fixture) = fixture().await else { return };
    let builder = Nats::builder(fixture.server.url()).request_timeout(Duration::from_millis(500));
    let engine = builder.connect().await.unwrap();
    use_engine(&engine);
    fixture.server.kill();
    let error = add(1, 1).await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::Unavailable { .. })), "{error}");
}

#[tokio::test]
async fn another_layout_version_is_refused() {
    let Some(fixture) = fixture().await else { return };
    let client = async_nats::connect(fixture.server.url()).await.unwrap();
    let config = r#"{"name": "asyncify_newer_tasks", "subjects": ["asyncify.newer.task.*.*"],
        "description": "asyncify layout 2"}"#;
    let created =
        client.request("$JS.API.STREAM.CREATE.asyncify_newer_tasks", config.into()).await.unwrap();
    assert!(!String::from_utf8_lossy(&created.payload).contains("error"));
    let builder = Nats::builder(fixture.server.url()).namespace("newer");
    let error = builder.connect().await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::Layout { .. })), "{error}");
    assert!(error.to_string().contains("version 2"), "{error}");
}
