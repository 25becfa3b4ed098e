//! Users with the rights that the documentation gives them, and how connections are secured.

use std::path::PathBuf;
use std::time::Duration;

use asyncify_nats::{Builder, Nats};
use asyncify_nats_tests::server::{self, Server};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{
    Consume, Deliveries, Engine, Envelope, Outcome, RemoteError, Settlement, Submitted, TaskId,
};

const PERMISSIONS: &str = include_str!("../../../asyncify-nats/docs/permissions.conf");

fn user(server: &Server, name: &str) -> Builder {
    let builder = Nats::builder(server.url()).namespace("shop").lease(Duration::from_secs(3));
    builder.user(name, format!("{name}'s"))
}

pub(super) fn task(id: &str, queue: &str) -> Envelope {
    let (id, queue) = (TaskId::new(id).unwrap(), queue.parse().unwrap());
    Envelope::new(id, "resize.v1".parse().unwrap(), queue, vec![1, 2, 3])
}

fn is_denied<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Remote(RemoteError::Denied { .. })))
}

pub(super) async fn consume(engine: &Nats, queue: &str) -> Result<Box<dyn Deliveries>, Error> {
    let queues = vec![queue.parse().unwrap()];
    engine.consume(Consume { worker: "tested".to_owned(), queues, concurrency: 2 }).await
}

#[tokio::test]
async fn each_role_can_do_its_work_and_no_more() {
    if !server::is_installed() {
        return;
    }
    let server = Server::with_config(PERMISSIONS);
    // Who may not create streams is told so.
    assert!(is_denied(&user(&server, "caller").connect().await));
    let operator = user(&server, "operator").connect().await.unwrap();
    let caller = user(&server, "caller").existing_only().connect().await.unwrap();
    let worker = user(&server, "worker").existing_only().connect().await.unwrap();

    // A task, from its submission to its outcome.
    let mut deliveries = consume(&worker, "images").await.unwrap();
    let call = tokio::spawn(caller.call(task("a", "images")));
    let delivery = deliveries.next().await.unwrap();
    assert_eq!(delivery.envelope().arguments, [1, 2, 3]);
    delivery.progress().await.unwrap();
    let done = Settlement::Complete(Outcome::failed(Error::Rejected));
    delivery.settle(&done).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().error(), Some(&Error::Rejected));
    drop(delivery);

    // One that is cancelled.
    assert_eq!(caller.submit(task("b", "images")).await, Ok(Submitted::New));
    let delivery = deliveries.next().await.unwrap();
    caller.cancel(TaskId::new("b").unwrap()).await.unwrap();
    delivery.cancelled().await;
    delivery.settle(&done).await.unwrap();
    let outcome = caller.outcome(TaskId::new("b").unwrap()).await.unwrap();
    assert_eq!(outcome.error(), Some(&Error::Cancelled));
    drop(delivery);

    // One that fails for good, and is replayed by the operator.
    assert_eq!(caller.submit(task("c", "images")).await, Ok(Submitted::New));
    let delivery = deliveries.next().await.unwrap();
    let dead = Settlement::Dead(Outcome::failed(Error::NoThread));
    delivery.settle(&dead).await.unwrap();
    drop(delivery);
    let letters = operator.dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].envelope.arguments, [1, 2, 3]);
    assert_eq!((&letters[0].error, letters[0].attempts), (&Error::NoThread, 1));
    let status = operator.status().await.unwrap();
    assert_eq!((status.dead, status.outcomes, status.workers.len()), (1, 3, 1));
    assert_eq!(status.queues["images"].workers, 1);
    let c = TaskId::new("c").unwrap();
    assert_eq!(operator.replay(&c).await, Ok(true));
    let delivery = deliveries.next().await.unwrap();
    assert_eq!(delivery.attempt(), 1);
    delivery.settle(&done).await.unwrap();
    assert_eq!(caller.outcome(c.clone()).await.unwrap().error(), Some(&Error::Rejected));
    assert_eq!(operator.replay(&c).await, Ok(false));
    assert_eq!(operator.purge_dead_letters(None).await, Ok(0));

    // What they may not.
    assert!(is_denied(&caller.submit(task("d", "other")).await));
    assert!(is_denied(&consume(&caller, "images").await.map(drop)));
    assert!(is_denied(&consume(&worker, "other").await.map(drop)));
    assert!(is_denied(&worker.submit(task("d", "images")).await));
    assert!(is_denied(&caller.dead_letters(1).await));
    assert!(is_denied(&worker.purge_dead_letters(None).await));
    deliveries.close().await.unwrap();
}

#[tokio::test]
async fn wrong_credentials_are_denied_and_not_repeated() {
    if !server::is_installed() {
        return;
    }
    let server = Server::with_config(PERMISSIONS);
    let address = server.address();
    let url = format!("nats://caller:very-secret@{address}");
    for builder in [
        Nats::builder(server.url()),
        Nats::builder(server.url()).user("caller", "very-secret"),
        Nats::builder(server.url()).token("very-secret"),
        Nats::builder(url.clone()),
    ] {
        assert!(!format!("{builder:?}").contains("secret"));
        let error = builder.connect().await.unwrap_err();
        assert!(matches!(error, Error::Remote(RemoteError::Denied { .. })), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let error = Nats::connect(format!("{url},nats://caller:very-secret@[")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
}

#[tokio::test]
async fn an_nkey_authenticates() {
    if !server::is_installed() {
        return;
    }
    let key = nkeys::KeyPair::new_user();
    let lines = format!("authorization {{ users: [{{ nkey: {} }}] }}", key.public_key());
    let server = Server::with_config(&lines);
    let engine = Nats::builder(server.url()).nkey(key.seed().unwrap()).connect().await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    let other = nkeys::KeyPair::new_user().seed().unwrap();
    assert!(is_denied(&Nats::builder(server.url()).nkey(other).connect().await));
}

#[tokio::test]
async fn tls_checks_both_sides() {
    if !server::is_installed() {
        return;
    }
    let file = |name: &str| -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "certificates", name].iter().collect()
    };
    let path = |name: &str| file(name).display().to_string();
    let server = Server::with_config(&format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}",
        path("server.pem"),
        path("server.key"),
        path("ca.pem")
    ));
    let trusting = || Nats::builder(server.url()).require_tls().root_certificates(file("ca.pem"));
    let with_certificate = trusting().client_certificate(file("client.pem"), file("client.key"));
    let engine = with_certificate.connect().await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    assert!(trusting().connect().await.is_err());
    assert!(Nats::builder(server.url()).require_tls().connect().await.is_err());
    let plain = Server::start();
    assert!(Nats::builder(plain.url()).require_tls().connect().await.is_err());
}
