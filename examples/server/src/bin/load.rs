//! Compares both versions of the server under load: `cargo run --release -p asyncify-server --bin
//! load` prints a table.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use asyncify_server::client::Client;

const CONNECTIONS: usize = 64;
const REQUESTS: usize = 100_000;
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!(
        "| {REQUESTS} requests on {CONNECTIONS} connections, one in ten writes | requests a second | p50 | p99 | threads |"
    );
    println!("| --- | --- | --- | --- | --- |");
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (way, samples) in samples.iter_mut().enumerate() {
            let server = Server::start(way == 1)?;
            samples.push(runtime.block_on(load(&server))?);
        }
    }
    for (name, mut samples) in ["annotated", "`spawn_blocking`"].into_iter().zip(samples) {
        samples.sort_by_key(|sample| sample.time);
        let Sample { time, p50, p99, threads } = &samples[ROUNDS / 2];
        let rate = u128::from(REQUESTS as u64) * 1_000_000 / time.as_micros();
        println!("| {name} | {rate} | {p50:.2?} | {p99:.2?} | {threads} |");
    }
    Ok(())
}

struct Sample {
    time: Duration,
    p50: Duration,
    p99: Duration,
    threads: usize,
}

/// The server in a process of its own, with an empty database.
struct Server {
    child: Child,
    address: std::net::SocketAddr,
    directory: PathBuf,
}

impl Server {
    fn start(is_spawned: bool) -> Result<Self, Box<dyn Error>> {
        let directory = env::temp_dir().join(format!("asyncify-load-{}", std::process::id()));
        fs::create_dir_all(&directory)?;
        let path = env::current_exe()?.with_file_name("asyncify-server");
        let mut command = Command::new(path);
        if is_spawned {
            command.arg("--spawned");
        }
        let child = command.arg("127.0.0.1:0").arg(&directory).stdout(Stdio::piped()).spawn()?;
        // From here on, whatever goes wrong, the child is killed.
        let mut server = Self { child, address: ([127, 0, 0, 1], 0).into(), directory };
        let mut line = String::new();
        let stdout = server.child.stdout.take().ok_or("the server prints")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ");
        server.address = address.ok_or("the server says where it listens")?.parse()?;
        Ok(server)
    }

    /// The number of its threads, if the system reports it.
    fn threads(&self) -> usize {
        let tasks = Path::new("/proc").join(self.child.id().to_string()).join("task");
        fs::read_dir(tasks).map_or(0, Iterator::count)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.directory);
    }
}

async fn load(server: &Server) -> Result<Sample, Box<dyn Error>> {
    let start = Instant::now();
    let clients = (0..CONNECTIONS).map(|_| client(server.address, REQUESTS / CONNECTIONS));
    let mut threads = 0;
    let all = futures::future::try_join_all(clients);
    let mut all = std::pin::pin!(all);
    let times = loop {
        match tokio::time::timeout(Duration::from_millis(50), all.as_mut()).await {
            Ok(times) => break times?,
            Err(_) => threads = threads.max(server.threads()),
        }
    };
    let time = start.elapsed();
    let mut times = times.concat();
    times.sort_unstable();
    let quantile = |part: usize| times[times.len() * part / 100];
    Ok(Sample { time, p50: quantile(50), p99: quantile(99), threads })
}

async fn client(address: std::net::SocketAddr, requests: usize) -> std::io::Result<Vec<Duration>> {
    let mut client = Client::connect(address).await?;
    let mut times = Vec::with_capacity(requests);
    let mut last = "1".to_owned();
    for request in 0..requests {
        let start = Instant::now();
        let answer = if request % 10 == 0 {
            let answer = client.ask("POST", "/notes", b"a note of a few words").await?;
            answer.text().clone_into(&mut last);
            answer
        } else {
            client.ask("GET", &format!("/notes/{last}"), b"").await?
        };
        assert_eq!(answer.status, 200, "{}", answer.text());
        times.push(start.elapsed());
    }
    Ok(times)
}
