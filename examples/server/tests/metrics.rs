//! The page for Prometheus, on a real socket. A program has one recorder, so this is a program of
//! its own.
#![allow(clippy::float_cmp, reason = "whole numbers")]

use std::time::{Duration, Instant};

use asyncify_server::client::Client;
use asyncify_server::{Annotated, Database, Metrics, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The value of a metric on the page.
async fn read(client: &mut Client, metric: &str) -> f64 {
    let page = client.ask("GET", "/metrics", b"").await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    let value = page.text().lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {metric} in:\n{}", page.text()));
    value.parse().expect("a number")
}

#[tokio::test]
async fn prometheus_reads_what_the_threads_of_the_database_do() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(directory.path()).unwrap();
    let metrics = Metrics::install(&database).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = serve(listener, Annotated(database.clone()), Some(metrics), async {
        _ = stopped.await;
    });
    let server = tokio::spawn(async { server.await.unwrap() });

    let mut client = Client::connect(address).await.unwrap();
    let written = r#"asyncify_pool_job_ended{pool_name="writes",outcome="completed"}"#;
    let running = r#"asyncify_pool_thread_running{pool_name="database"}"#;
    let ended = r#"asyncify_pool_job_ended{pool_name="database",outcome="completed"}"#;
    assert_eq!(read(&mut client, written).await, 0.0);
    for _ in 0..3 {
        assert_eq!(client.ask("POST", "/notes", b"a note").await.unwrap().status, 200);
    }
    until(&mut client, written, 3.0).await;

    // A report that runs is seen, and its end too: the client goes, so it stops early.
    let before = read(&mut client, ended).await;
    let mut other = Client::connect(address).await.unwrap();
    other.send("GET", "/report/25000", b"").await.unwrap();
    until(&mut client, running, 1.0).await;
    // Until it begins, it would be cancelled instead.
    let start = Instant::now();
    while database.reports_begun() == 0 {
        assert!(start.elapsed() < Duration::from_mins(1), "no report begins");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(other);
    until(&mut client, running, 0.0).await;
    until(&mut client, ended, before + 1.0).await;

    let page = client.ask("GET", "/metrics", b"").await.unwrap();
    let help = "# HELP asyncify_pool_thread_count Threads that exist or are being spawned\n";
    assert!(page.text().contains(help), "{}", page.text());
    assert!(page.text().contains("# TYPE asyncify_pool_job_ended counter\n"), "{}", page.text());

    drop((client, stop));
    server.await.unwrap();
    database.close().await;
}

/// Reads the page until a metric has this value.
async fn until(client: &mut Client, metric: &str, value: f64) {
    let start = Instant::now();
    while read(client, metric).await != value {
        assert!(start.elapsed() < Duration::from_mins(1), "{metric} does not become {value}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
