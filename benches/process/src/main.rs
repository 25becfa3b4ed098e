//! Worker processes compared with those of procspawn, and of Python if there is a `python3`: the
//! cost of a call, of a start, of a crash and of a time-out, in one run.
//!
//! `cargo run --release -p asyncify-process-benches` prints medians, and `... -- payloads` those of
//! one part. The round trips are measured twice: pinned to one core, where wake-ups cost the same
//! for all, and not pinned.

mod peers;
mod report;

use std::time::{Duration, Instant};

use asyncify_process_tests::tasks;
use asyncify_runtime::Shutdown;
use asyncify_runtime::process::Pool;
use futures::executor::block_on;
use futures::future::join_all;
use serde_bytes::ByteBuf;

use report::{Row, median};

const MIB: usize = 1 << 20;

fn main() {
    asyncify_runtime::process::init();
    procspawn::init();
    match std::env::args().nth(1).as_deref() {
        // A child of this program, because a pinned process stays pinned.
        Some("pinned") => {
            report::pin();
            round_trips("pinned");
        }
        Some("starts") => starts(),
        Some("ends") => ends(),
        Some("payloads") => payloads(),
        _ => {
            round_trips("not pinned");
            report::run_pinned();
            starts();
            ends();
            throughput();
            payloads();
        }
    }
}

fn pool(workers: usize) -> Pool {
    let builder =
        Pool::builder().name("bench").max_workers(workers).timeout(Duration::from_secs(5));
    builder.build().expect("a pool of this program")
}

fn end(pool: &Pool) {
    block_on(pool.shutdown(Shutdown::Drain));
}

fn round_trips(how: &str) {
    let ours = pool(1);
    let bytes = ByteBuf::from(vec![7; 16]);
    let ours_took = median(5000, || {
        block_on(tasks::echo(&ours, bytes.clone())).expect("an echo");
    });
    end(&ours);
    Row::new(format!("16 bytes, {how}: asyncify, 5 s time-out armed")).print(ours_took);
    let row = Row::new(format!("16 bytes, {how}: procspawn"));
    row.print_beside(peers::procspawn_round_trip(5000), ours_took);
    let row = Row::new(format!("16 bytes, {how}: asyncio + ProcessPoolExecutor"));
    match peers::python_round_trip() {
        Some(took) => row.print_beside(took, ours_took),
        None => row.skip("no python3"),
    }
}

/// The time to the first result; also with a large parent, which a fork would have to copy.
fn starts() {
    let first_call = || {
        let mut took: Vec<_> = (0..50)
            .map(|_| {
                let pool = pool(1);
                let began = Instant::now();
                block_on(tasks::add(&pool, 1, 1)).expect("a sum");
                let took = began.elapsed();
                end(&pool);
                took
            })
            .collect();
        took.sort_unstable();
        took[took.len() / 2]
    };
    Row::new("first call, with the start of its worker").print(first_call());
    let ballast = std::hint::black_box(vec![1_u8; 512 * MIB]);
    Row::new("the same, from a parent of 512 MiB").print(first_call());
    drop(ballast);
    let pool = pool(1);
    let worker = block_on(tasks::pid(&pool)).expect("a process id");
    let rollup = std::fs::read_to_string(format!("/proc/{worker}/smaps_rollup"));
    let memory = rollup.ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        Some(line.trim().to_owned())
    });
    let row = Row::new("memory of an idle worker (PSS)");
    match memory {
        Some(memory) => row.print_text(&memory),
        None => row.skip("no smaps_rollup"),
    }
    end(&pool);
}

fn ends() {
    let pool = pool(1);
    let mut next = Vec::new();
    for _ in 0..50 {
        block_on(tasks::abort(&pool)).expect_err("a crash");
        let began = Instant::now();
        block_on(tasks::add(&pool, 1, 1)).expect("a sum");
        next.push(began.elapsed());
    }
    end(&pool);
    next.sort_unstable();
    Row::new("next call after a crash").print(next[next.len() / 2]);

    let timeout = Duration::from_millis(20);
    let pool =
        Pool::builder().name("bench").max_workers(1).timeout(timeout).build().expect("a pool");
    let mut late = Vec::new();
    for _ in 0..50 {
        block_on(tasks::add(&pool, 1, 1)).expect("a sum");
        let began = Instant::now();
        block_on(tasks::spin(&pool)).expect_err("a time-out");
        late.push(began.elapsed().saturating_sub(timeout));
    }
    end(&pool);
    late.sort_unstable();
    Row::new("from the deadline to the error, the worker killed").print(late[late.len() / 2]);
}

/// Four callers that compute, with one worker and with two.
fn throughput() {
    const ROUNDS: u64 = 3_000_000;
    let run = |workers| {
        let pool = pool(workers);
        block_on(join_all((0..workers).map(|_| tasks::compute(&pool, 1))));
        let mut took: Vec<_> = (0..7)
            .map(|_| {
                let began = Instant::now();
                let callers = (0..4).map(|_| async {
                    for _ in 0..10 {
                        tasks::compute(&pool, ROUNDS).await.expect("a number");
                    }
                });
                block_on(join_all(callers));
                began.elapsed()
            })
            .collect();
        end(&pool);
        took.sort_unstable();
        took[took.len() / 2]
    };
    let one = run(1);
    let two = run(2);
    Row::new("40 computations of 4 callers, 1 worker").print(one);
    Row::new("the same, 2 workers").print_beside(two, one);
}

fn payloads() {
    let pool = pool(1);
    for (size, rounds) in [(64 << 10, 500), (MIB, 200), (16 * MIB, 20)] {
        let bytes = ByteBuf::from(vec![7; size]);
        let took = median(rounds, || {
            block_on(tasks::echo(&pool, bytes.clone())).expect("an echo");
        });
        Row::new(format!("echo of {} KiB as bytes", size >> 10)).print(took);
    }
    end(&pool);
}
