//! What happens when workers, callers, servers and connections fail: with real servers, processes
//! and signals.

mod basics;
mod command;
mod connections;
mod deaths;
mod deliveries;
mod ids;
mod limits;
mod rights;
mod shutdown;
mod tokens;
mod traces;
mod versions;

use std::time::Duration;

use asyncify_nats::{Builder, Nats};
use asyncify_nats_tests::server::{self, Server};
use asyncify_nats_tests::tasks::Log;
use asyncify_nats_tests::use_engine;
use asyncify_nats_tests::workers::Program;

/// A server, and a connection to it that the calls of the test use.
struct Fixture {
    server: Server,
    engine: Nats,
    log: Log,
}

/// `None` without a `nats-server`, and that is said.
async fn fixture() -> Option<Fixture> {
    fixture_with("", |builder| builder).await
}

async fn fixture_with(config: &str, configure: impl FnOnce(Builder) -> Builder) -> Option<Fixture> {
    if !server::is_installed() {
        return None;
    }
    let server = Server::with_config(config);
    let builder = Nats::builder(server.url()).lease(Duration::from_secs(3));
    let engine = configure(builder).connect().await.unwrap();
    use_engine(&engine);
    Some(Fixture { server, engine, log: Log::default() })
}

impl Fixture {
    /// A worker program with threads.
    fn worker(&self, concurrency: usize) -> Program {
        worker_at(&self.server.url(), concurrency, "threads")
    }

    /// A worker program with worker processes.
    fn worker_in_processes(&self, concurrency: usize) -> Program {
        worker_at(&self.server.url(), concurrency, "processes")
    }
}

fn worker_at(url: &str, concurrency: usize, place: &str) -> Program {
    let program = env!("CARGO_BIN_EXE_nats-test-worker");
    Program::start(program, &[url, &concurrency.to_string(), place, "test"])
}
