//! The cost of a remote call on the embedded engine, compared with the executor beneath it: a pool
//! of threads, and a pool of worker processes.
//!
//! `cargo run --release -p asyncify-remote-benches` prints medians of 20,000 calls of each kind,
//! taken in turns; `... -- 1000` makes fewer. Each is measured not pinned, and pinned to one core,
//! where wake-ups cost the same for all.

use std::process::Command;
use std::time::{Duration, Instant};

use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Local, Worker};
use asyncify_runtime::{BlockingCall, BlockingPool, Error, Shutdown, sync_to_async};
use futures::executor::block_on;
use rustix::thread::{CpuSet, sched_setaffinity};

/// Calls between two looks at the other kind.
const BATCH: usize = 100;

#[sync_to_async(remote(queue = "bench"))]
fn remote_echo(text: &str) -> Result<String, Error> {
    Ok(text.to_owned())
}

#[sync_to_async(process)]
fn echo(text: &str) -> Result<String, Error> {
    Ok(text.to_owned())
}

fn main() {
    asyncify_runtime::process::init();
    let mut arguments = std::env::args().skip(1);
    let calls = arguments.next().map_or(20_000, |calls| calls.parse().expect("a number of calls"));
    let engine = Local::new();
    remote::install(engine.clone()).expect("the only one");
    if arguments.next().as_deref() == Some("pinned") {
        let mut first = CpuSet::new();
        first.set(0);
        sched_setaffinity(None, &first).expect("the first core is there");
        return measure(&engine, "pinned", calls);
    }
    measure(&engine, "not pinned", calls);
    // A child of this program, because a pinned process stays pinned.
    let own = std::env::current_exe().expect("the path of this program");
    let pinned = Command::new(own).arg(calls.to_string()).arg("pinned").status();
    assert!(pinned.expect("this program can be started").success());
}

fn measure(engine: &Local, how: &str, calls: usize) {
    let worker = Worker::new(engine.clone()).queues(["bench"]);

    let threads = BlockingPool::builder().name("bench").max_threads(1).build().expect("a thread");
    let text = "sixteen bytes...";
    let on_thread = async || {
        let result = BlockingCall::new(move || text.to_owned()).executor(&threads).await;
        assert_eq!(result.len(), 16);
    };
    compare("a thread", how, &worker.clone().in_threads(&threads), calls, on_thread);

    let processes = Pool::builder().name("bench").max_workers(1).build_global();
    processes.expect("the first use");
    let processes = asyncify_runtime::process::global().expect("it was built").clone();
    let in_process = async || {
        let result = echo(text).await;
        assert_eq!(result.map(|text| text.len()), Ok(16));
    };
    compare("a process", how, &worker.in_processes(processes.clone()), calls, in_process);
    block_on(processes.shutdown(Shutdown::Drain));
}

/// Measures calls of `beneath` and of `remote_echo` in turns, on one thread.
fn compare(what: &str, how: &str, worker: &Worker, calls: usize, beneath: impl AsyncFn()) {
    let remotely = async || {
        let result = remote_echo("sixteen bytes...").await;
        assert_eq!(result.map(|text| text.len()), Ok(16));
    };
    let (mut below, mut above) = (Vec::new(), Vec::new());
    let served = worker.serve_until_done(async {
        for _ in 0..calls.div_ceil(BATCH) {
            time(&beneath, &mut below).await;
            time(&remotely, &mut above).await;
        }
    });
    block_on(served).expect("the worker serves");
    let (below, above) = (median(below), median(above));
    let ratio = above.as_secs_f64() / below.as_secs_f64();
    println!(
        "16 bytes on {what}, {how}: {below:?}; the same as a remote call: {above:?}, {ratio:.2} times"
    );
}

async fn time(call: &impl AsyncFn(), took: &mut Vec<Duration>) {
    for _ in 0..BATCH {
        let began = Instant::now();
        call().await;
        took.push(began.elapsed());
    }
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}
