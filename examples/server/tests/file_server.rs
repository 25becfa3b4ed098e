//! The file server as a process of its own, on a real socket.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use asyncify_server::client::Client;

/// The server of a directory, which ends with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_file_server"))
            .arg("127.0.0.1:0")
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn files_of_every_size_are_served_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("inner")).unwrap();
    let server = Server::start(directory.path());
    let mut client = Client::connect(server.address.parse().unwrap()).await.unwrap();
    for (name, size) in [("empty", 0), ("small", 10), ("inner/page", 4_096), ("large", 5_000_000)] {
        let content: Vec<u8> = (0..size).map(|number: usize| number.to_le_bytes()[0]).collect();
        std::fs::write(directory.path().join(name), &content).unwrap();
        let answer = client.ask("GET", &format!("/{name}"), b"").await.unwrap();
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body == content, "{name}");
    }
    for (name, status) in [("missing", 404), ("inner", 404), ("inner/..%2F..%2Fsecret", 403)] {
        let answer = client.ask("GET", &format!("/{name}"), b"").await.unwrap();
        assert_eq!(answer.status, status, "{name}");
    }
}
