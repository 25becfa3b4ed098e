//! The server as a process of its own with `--console`: the console and the page for Prometheus
//! show the same threads.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use asyncify_server::client::{Answer, Client};

/// The server, which ends with the test.
struct Server {
    process: Child,
    console: SocketAddr,
    address: SocketAddr,
}

impl Server {
    fn start(directory: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_asyncify-server"))
            .args(["--console", "127.0.0.1:0"])
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut after = |words: &str| address(&mut lines, words);
        let (console, address) = (after("console at http://"), after("listening on "));
        Self { process, console, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The address in the next line, after these words.
fn address(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> SocketAddr {
    let line = lines.next().expect("the program prints its addresses").unwrap();
    let address = line.strip_prefix(words).unwrap_or_else(|| panic!("no {words:?} in {line:?}"));
    address.trim_end_matches('/').parse().unwrap()
}

/// A request on a connection of its own, as the console closes it.
async fn ask(address: SocketAddr, method: &str, path: &str, body: &[u8]) -> Answer {
    let answer = Client::connect(address).await.unwrap().ask(method, path, body).await.unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

/// Reads a page until it has all parts.
async fn until(address: SocketAddr, path: &str, parts: &[&str]) {
    let start = Instant::now();
    loop {
        let answer = ask(address, "GET", path, b"").await;
        if parts.iter().all(|part| answer.text().contains(part)) {
            return;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "no {parts:?} in {}", answer.text());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn console_and_prometheus_show_the_threads_of_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());

    let page = ask(server.console, "GET", "/", b"").await;
    assert!(page.text().starts_with("<!doctype html>"), "{}", page.text());
    for _ in 0..3 {
        ask(server.address, "POST", "/notes", b"a note").await;
    }
    let function = r#""name":"asyncify_server::database::Database::add_async""#;
    until(server.console, "/snapshot.json", &[r#""name":"writes""#, function]).await;
    let written = "asyncify_pool_job_ended{pool_name=\"writes\",outcome=\"completed\"} 3\n";
    until(server.address, "/metrics", &[written]).await;
}
