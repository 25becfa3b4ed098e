//! The server on a real socket.

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use asyncify_server::client::Client;
use asyncify_server::{Annotated, Database, Spawned, Store, serve};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server with an empty database, in a directory that goes away with it.
struct Server {
    address: SocketAddr,
    database: Database,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    directory: TempDir,
}

impl Server {
    async fn start() -> Self {
        Self::with(Annotated).await
    }

    async fn with<S: Store>(store: impl FnOnce(Database) -> S) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, store(database.clone()), None, async {
            // Dropped with the test, it stops as well.
            _ = stopped.await;
        });
        let task = tokio::spawn(async { serving.await.unwrap() });
        Self { address, database, stop: Some(stop), task, directory }
    }

    async fn connect(&self) -> Client {
        Client::connect(self.address).await.unwrap()
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }
}

async fn add(client: &mut Client, text: &str) -> String {
    let answer = client.ask("POST", "/notes", text.as_bytes()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

async fn answers<S: Store>(store: impl FnOnce(Database) -> S) {
    let server = Server::with(store).await;
    let mut client = server.connect().await;
    let id = add(&mut client, "buy tea").await;
    let answer = client.ask("GET", &format!("/notes/{id}"), b"").await.unwrap();
    assert_eq!((answer.status, answer.text()), (200, "buy tea"));
    assert_eq!(client.ask("GET", "/notes/999", b"").await.unwrap().status, 404);

    let mut expected = format!("{id}\tbuy tea\n");
    for k in 0..1_200 {
        let text = format!("note {k}");
        let id = add(&mut client, &text).await;
        expected += &format!("{id}\t{text}\n");
    }
    assert!(client.ask("GET", "/export", b"").await.unwrap().text() == expected);

    let file = vec![7; 3_000_000];
    let hash = client.ask("PUT", "/files/sevens", &file).await.unwrap();
    assert_eq!(hash.status, 200, "{}", hash.text());
    let hex =
        Sha256::digest(&file).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(hash.text(), hex);
    assert!(fs::read(server.directory.path().join("sevens")).unwrap() == file);
    assert_eq!(client.ask("PUT", "/files/a.b", b"x").await.unwrap().status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn annotated_methods_answer() {
    answers(Annotated).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_give_the_same_answers() {
    answers(Spawned::new).await;
}

#[tokio::test]
async fn requests_are_answered_while_a_two_second_query_runs() {
    let server = Server::start().await;
    let (mut long, mut short) = (server.connect().await, server.connect().await);
    let path = format!("/notes/{}", add(&mut short, "a note").await);
    let start = Instant::now();
    long.send("GET", "/report/2000", b"").await.unwrap();
    let mut answered = 0;
    let report = long.answer();
    let mut report = std::pin::pin!(report);
    let report = loop {
        tokio::select! {
            biased;
            report = &mut report => break report.unwrap(),
            answer = short.ask("GET", &path, b"") => {
                assert_eq!(answer.unwrap().text(), "a note");
                answered += 1;
            }
        }
    };
    assert_eq!(report.status, 200, "{}", report.text());
    assert!(start.elapsed() >= Duration::from_secs(2));
    // On a quiet machine some ten thousand.
    assert!(answered > 200, "{answered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_on_64_connections_all_succeed() {
    let server = Server::start().await;
    let address = server.address;
    let clients: Vec<_> = (0..64)
        .map(|number| {
            tokio::spawn(async move {
                let mut client = Client::connect(address).await.unwrap();
                for request in 0..80 {
                    let text = format!("{number}/{request}");
                    let id = add(&mut client, &text).await;
                    let answer = client.ask("GET", &format!("/notes/{id}"), b"").await.unwrap();
                    assert_eq!((answer.status, answer.text()), (200, &*text));
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

/// Waits for what others do, without a word from them.
async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_mins(1), "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn clients_that_have_gone_cancel_what_they_asked_for() {
    let server = Server::start().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.send("GET", "/report/25000", b"").await.unwrap();
        clients.push(client);
    }
    let mut last = server.connect().await;
    // As many as there may be.
    until("two reports run", || server.database.pool().metrics().running == 2).await;
    // Those whose reports are queued go first, so that few of these have the time to begin.
    clients.into_iter().rev().for_each(drop);
    // The running ones stop early, and the queued ones never begin.
    until("no report runs", || server.database.pool().metrics().running == 0).await;
    let answer = last.ask("GET", "/report/1", b"").await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let begun = server.database.reports_begun();
    assert!(begun < 10, "{begun} reports have begun");
}

#[tokio::test]
async fn half_an_upload_leaves_no_file() {
    let server = Server::start().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head = "PUT /files/half HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf of it";
    tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
    let part = server.directory.path().join("half.part");
    until("the upload has begun", || part.exists()).await;
    drop(stream);
    until("the upload is given up", || !part.exists()).await;
    assert!(!server.directory.path().join("half").exists());
}

#[tokio::test]
async fn a_stopped_server_answers_what_it_has_accepted() {
    let mut server = Server::start().await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = server.connect().await;
        add(&mut client, "the server knows this connection").await;
        client.send("GET", "/report/100", b"").await.unwrap();
        clients.push(client);
    }
    // Client and server share a thread: two answers later, the server has read what was sent
    // before.
    let mut other = server.connect().await;
    for _ in 0..2 {
        add(&mut other, "a note").await;
    }
    server.stop();
    for client in &mut clients {
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    drop(clients);
    (&mut server.task).await.unwrap();
    server.database.close().await;
    assert_eq!(server.database.pool().metrics().threads, 0);
    assert!(Client::connect(server.address).await.is_err());
}
