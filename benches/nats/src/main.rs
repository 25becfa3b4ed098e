//! Remote tasks on a NATS server: `asyncify-nats-benches [CALLS] [TASKS] [PLACE]`.
//!
//! The server, with a file store, and one worker program with eight threads run on this machine;
//! with `processes` as `PLACE` these are worker processes. Build the worker first: `cargo build
//! --release -p asyncify-nats-tests --bins`. `peers/run` measures others beside it.

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
    let tasks = number(2).unwrap_or(20_000);
    let place = std::env::args().nth(3).unwrap_or_else(|| "threads".to_owned());
    let server = Server::start();
    use_engine(&Nats::connect(server.url()).await.expect("a server"));
    let program = std::env::current_exe().expect("a path").with_file_name("nats-test-worker");
    let program = program.to_str().expect("a path");
    let _worker = Program::start(program, &[&server.url(), "8", &place, "test"]);
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
    let quantile = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
    let (low, middle, high) = (quantile(10), quantile(50), quantile(90));
    println!("round trip: {middle:.3} ms (10 %: {low:.3} ms, 90 %: {high:.3} ms)");

    let start = Instant::now();
    let all =
        (0..u64::from(tasks)).map(|number| async move { add(number, 0).await.expect("a worker") });
    let sum: u64 = futures::stream::iter(all)
        .buffer_unordered(256)
        .fold(0, |sum, n| async move { sum + n })
        .await;
    assert_eq!(sum, (0..u64::from(tasks)).sum::<u64>());
    let took = start.elapsed().as_secs_f64();
    println!("throughput: {:.0} tasks/s", f64::from(tasks) / took);
}
