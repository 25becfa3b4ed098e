//! Random deaths under load: `nats-soak [TASKS]`.
//!
//! Three worker programs run tasks, and one of them is killed every second, and the server twice.
//! Then every accepted task has exactly one stored result. Prints how many ran more than once.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use asyncify_nats::Nats;
use asyncify_nats_tests::server::{self, Server};
use asyncify_nats_tests::tasks::{Log, soaked};
use asyncify_nats_tests::use_engine;
use asyncify_nats_tests::workers::Program;
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Engine as _, TaskId};
use futures::StreamExt as _;

/// How many tasks are submitted and awaited at a time.
const AT_ONCE: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if !server::is_installed() {
        return;
    }
    let tasks: u64 = std::env::args().nth(1).map_or(2000, |word| word.parse().expect("a number"));
    let mut server = Server::start();
    let builder = Nats::builder(server.url()).lease(Duration::from_secs(3));
    let engine =
        builder.request_timeout(Duration::from_secs(90)).connect().await.expect("a server");
    use_engine(&engine);
    let log = Log::default();
    let started = Instant::now();

    let load = load(&engine, &log, tasks);
    let url = server.url();
    let mut load = std::pin::pin!(load);
    let mut workers: Vec<Program> = (0..3).map(|_| worker(&url)).collect();
    let mut kills = 0;
    let mut server_kills = 0;
    let results = loop {
        tokio::select! {
            results = &mut load => break results,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                let index = kills % workers.len();
                workers.remove(index).kill();
                workers.push(worker(&url));
                kills += 1;
                if server_kills < 2 && kills % 3 == 0 {
                    server.kill();
                    server.restart();
                    server_kills += 1;
                }
            }
        }
    };
    let took = started.elapsed();

    // Both by the waiting caller and from the store.
    let mut wrong = 0;
    for (number, id, result) in &results {
        let stored =
            engine.outcome(id.clone()).await.and_then(asyncify_runtime::remote::Outcome::result);
        wrong += u64::from(*result != Ok(*number) || stored != Ok(*number));
    }
    let mut runs: HashMap<String, u64> = HashMap::new();
    for line in log.lines() {
        *runs.entry(line).or_default() += 1;
    }
    let never = tasks - u64::try_from(runs.len()).expect("a count");
    let repeated = runs.values().filter(|count| **count > 1).count();
    let status = engine.status().await.expect("a status");
    println!(
        "{tasks} tasks in {took:.1?}; {kills} workers and {server_kills} servers killed; {wrong} without \
         their result, {never} never ran, {repeated} ran more than once, {} outcomes, {} dead letters, \
         {} still queued",
        status.outcomes,
        status.dead,
        status.queues["test"].waiting + status.queues["test"].running
    );
    assert_eq!((wrong, never, status.outcomes, status.dead), (0, 0, tasks, 0));
}

async fn load(engine: &Nats, log: &Log, tasks: u64) -> Vec<(u64, TaskId, Result<u64, Error>)> {
    let file = log.file();
    let calls = (0..tasks).map(|number| call(engine, &file, number));
    futures::stream::iter(calls).buffer_unordered(AT_ONCE).collect().await
}

async fn call(engine: &Nats, file: &Path, number: u64) -> (u64, TaskId, Result<u64, Error>) {
    let id = soaked(file, number).submit().await.expect("the task is accepted");
    let result = match engine.outcome(id.clone()).await {
        Ok(outcome) => outcome.result(),
        Err(error) => Err(error),
    };
    (number, id, result)
}

fn worker(url: &str) -> Program {
    let program = std::env::current_exe().expect("a path").with_file_name("nats-test-worker");
    Program::start(program.to_str().expect("a path"), &[url, "8", "threads", "test"])
}
