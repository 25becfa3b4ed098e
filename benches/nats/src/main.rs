//! Remote tasks on a NATS server: `cargo run --release -p asyncify-nats-benches -- [CALLS]
//! [TASKS]`.
//!
//! The server, with a file store, and one worker program with eight threads run on this machine.
//! Build the worker first: `cargo build --release -p asyncify-nats-tests --bins`.

use std::time::{Duration, Instant};

use asyncify_nats::Nats;
use asyncify_nats_tests::server::{self, Server};
use asyncify_nats_tests::tasks::add;
use asyncify_nats_tests::use_engine;
use asyncify_nats_tests::workers::Program;
use futures::StreamExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if !server::is_installed() {
        return;
    }
    let number =
        |index| std::env::args().nth(index).map(|word| word.parse::<u32>().expect("a number"));
    let calls = number(1).unwrap_or(5000);
    let tasks = u64::from(number(2).unwrap_or(20_000));
    let server = Server::start();
    use_engine(&Nats::connect(server.url()).await.expect("a server"));
    let program = std::env::current_exe().expect("a path").with_file_name("nats-test-worker");
    let program = program.to_str().expect("a path");
    let _worker = Program::start(program, &[&server.url(), "8", "threads", "test"]);
    for _ in 0..100 {
        add(1, 2).await.expect("a worker");
    }

    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..calls {
        let start = Instant::now();
        // Two numbers: 16 bytes.
        add(u64::MAX / 2, 1).await.expect("a worker");
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let quantile = |percent: usize| times[times.len() * percent / 100];
    println!(
        "round trip: median {:.3?}, 10 % {:.3?}, 90 % {:.3?}",
        quantile(50),
        quantile(10),
        quantile(90)
    );

    let start = Instant::now();
    let all = (0..tasks).map(|number| async move { add(number, 0).await.expect("a worker") });
    let sum: u64 = futures::stream::iter(all)
        .buffer_unordered(256)
        .fold(0, |sum, n| async move { sum + n })
        .await;
    assert_eq!(sum, tasks * (tasks - 1) / 2);
    let took = start.elapsed();
    println!(
        "throughput: {tasks} tasks in {took:.2?}, {} a second",
        u128::from(tasks) * 1000 / took.as_millis().max(1)
    );
}
