//! Deliveries, as a worker sees them.

use std::time::Duration;

use asyncify_nats::Nats;
use asyncify_nats_tests::server::{self, Server};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Engine as _, Outcome, Settlement, Submitted, TaskId};

use super::rights::{consume, task};

#[tokio::test]
async fn a_message_that_is_no_task_becomes_a_dead_letter() {
    if !server::is_installed() {
        return;
    }
    let server = Server::start();
    let engine = Nats::connect(server.url()).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    // With a reply to where no worker may send.
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Asyncify-Reply", "$JS.API.STREAM.DELETE.asyncify_default_tasks");
    let subject = "asyncify.default.task.images.garbage";
    client.publish_with_headers(subject, headers, "garbage".into()).await.unwrap();
    client.flush().await.unwrap();
    let mut deliveries = consume(&engine, "images").await.unwrap();
    let outcome = engine.outcome(TaskId::new("garbage").unwrap()).await.unwrap();
    assert!(outcome.error().is_some());
    let letters = engine.dead_letters(10).await.unwrap();
    assert_eq!(letters[0].envelope.arguments, b"garbage");
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    let delivery = deliveries.next().await.unwrap();
    assert_eq!(delivery.envelope().id.as_str(), "a");
}

#[tokio::test]
async fn a_delivery_that_is_dropped_or_retried_is_the_next_attempt() {
    if !server::is_installed() {
        return;
    }
    let server = Server::start();
    let engine = Nats::connect(server.url()).await.unwrap();
    let mut deliveries = consume(&engine, "images").await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    drop(deliveries.next().await.unwrap());
    let again = deliveries.next().await.unwrap();
    assert_eq!((again.envelope().id.as_str(), again.attempt()), ("a", 2));
    let later = Settlement::Retry { after: Duration::from_millis(10) };
    again.settle(&later).await.unwrap();
    drop(again);
    let third = deliveries.next().await.unwrap();
    assert_eq!(third.attempt(), 3);
    deliveries.close().await.unwrap();
    third.settle(&Settlement::Complete(Outcome::failed(Error::Rejected))).await.unwrap();
    let outcome = engine.outcome(TaskId::new("a").unwrap()).await.unwrap();
    assert_eq!(outcome.error(), Some(&Error::Rejected));
}

#[tokio::test]
async fn a_lease_that_is_renewed_does_not_end() {
    if !server::is_installed() {
        return;
    }
    let server = Server::start();
    let lease = Duration::from_secs(4);
    let engine = Nats::builder(server.url()).lease(lease).connect().await.unwrap();
    let mut deliveries = consume(&engine, "images").await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    let first = deliveries.next().await.unwrap();
    assert_eq!(first.lease(), lease);
    let renewed = async {
        for _ in 0..20 {
            tokio::time::sleep(lease / 10).await;
            first.progress().await.unwrap();
        }
    };
    tokio::select! {
        () = renewed => {}
        _ = deliveries.next() => panic!("it was delivered again"),
    }
    // And now it does.
    assert_eq!(deliveries.next().await.unwrap().attempt(), 2);
}

#[tokio::test]
async fn a_dead_letter_whose_worker_died_before_it_acknowledged_is_replayed() {
    if !server::is_installed() {
        return;
    }
    let server = Server::start();
    let engine = Nats::connect(server.url()).await.unwrap();
    let mut deliveries = consume(&engine, "images").await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    let delivery = deliveries.next().await.unwrap();
    let dead = Settlement::Dead(Outcome::failed(Error::NoThread));
    delivery.settle(&dead).await.unwrap();
    drop(delivery);
    deliveries.close().await.unwrap();
    // As if the acknowledgement had been lost: the task is in its queue again.
    let client = async_nats::connect(server.url()).await.unwrap();
    until_stored(&client, "asyncify.default.task.images.a", task("a", "images").encode()).await;
    let id = TaskId::new("a").unwrap();
    assert_eq!(engine.replay(&id).await, Ok(true));
    let mut deliveries = consume(&engine, "images").await.unwrap();
    let again = deliveries.next().await.unwrap();
    assert_eq!((again.envelope().id.as_str(), again.attempt()), ("a", 1));
}

/// Stores a message once there is none under the subject.
async fn until_stored(client: &async_nats::Client, subject: &'static str, payload: Vec<u8>) {
    loop {
        let reply = client.request(subject, payload.clone().into()).await.unwrap();
        if !String::from_utf8_lossy(&reply.payload).contains("error") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
