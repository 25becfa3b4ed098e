//! What the pool's shared cache lines cost, measured on two cores and extrapolated to more.
//! `README.md` says how.

use asyncify_benches::markdown;
use asyncify_benches::measure::{Metric, count, median, nanoseconds};
use asyncify_benches::program;
use asyncify_runtime::BlockingPool;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::time::Instant;
use std::{hint, io, thread};

const SAMPLES: usize = 9;
const OPERATIONS: usize = 1_000_000;
const JOBS: usize = 200_000;
/// The machines to extrapolate to.
const CORES: [u32; 5] = [4, 8, 16, 32, 64];
/// What a transfer of a cache line costs there, compared with this machine: about 1 within a
/// socket, and 2 to 4 between sockets.
const TRANSFERS: [u32; 3] = [1, 2, 4];
/// How often a job moves the busiest line, the tail of the queue: once for its push, and once for a
/// pop that has to see whether the queue is empty.
const MOVES: u32 = 2;

/// A counter on cache lines of its own.
#[repr(align(128))]
struct Line(AtomicUsize);

fn main() -> ExitCode {
    let result = program::file_argument("contention").and_then(|file| run(file.as_deref()));
    program::end("contention", result)
}

fn run(write: Option<&Path>) -> io::Result<()> {
    let transfer = sampled(|| Ok(transfer()))?;
    let measured = [
        ("an increment of a line that no other core uses", sampled(|| Ok(increment()))?),
        ("a transfer of a line from one core to the other", transfer),
        ("a submission by one thread", sampled(|| submissions(1))?),
        ("a submission, while two threads submit", sampled(|| submissions(2))?),
        ("an empty job, run by one worker", sampled(|| drain(1))?),
        ("an empty job, run by two workers", sampled(|| drain(2))?),
    ];
    let show = |figure| Metric::Wall.show(figure);
    let rows = measured.map(|(what, figure)| [what.to_owned(), show(figure)]);
    let mut text = markdown::table(&["measured on two cores", "time"], rows);
    text += "\n";
    let columns =
        TRANSFERS.map(|factor| format!("a transfer takes {}", show(transfer * f64::from(factor))));
    let columns: Vec<_> =
        ["extrapolated: cores"].into_iter().chain(columns.iter().map(String::as_str)).collect();
    let rows = CORES.map(|cores| {
        let cells = TRANSFERS.map(|factor| {
            let line = transfer * f64::from(factor * cores);
            format!("{} / {}", show(line), show(line * f64::from(MOVES)))
        });
        [cores.to_string()].into_iter().chain(cells).collect::<Vec<_>>()
    });
    text += &markdown::table(&columns, rows);
    markdown::publish("contention", &text, write)
}

/// The median of some samples.
fn sampled(sample: impl Fn() -> io::Result<f64>) -> io::Result<f64> {
    Ok(median(&(0..SAMPLES).map(|_| sample()).collect::<io::Result<Vec<_>>>()?))
}

/// The time of an increment by one thread.
fn increment() -> f64 {
    let line = Line(AtomicUsize::new(0));
    let time = at_once(1, |_| {
        for _ in 0..OPERATIONS {
            line.0.fetch_add(1, Ordering::SeqCst);
        }
    });
    time / count(line.0.load(Ordering::Relaxed))
}

/// Two threads that write in turns: each write waits for the line.
fn transfer() -> f64 {
    let line = Line(AtomicUsize::new(0));
    let turns = OPERATIONS / 10;
    let time = at_once(2, |thread| {
        for turn in (thread..turns).step_by(2) {
            while line.0.load(Ordering::Acquire) != turn {
                hint::spin_loop();
            }
            line.0.store(turn + 1, Ordering::Release);
        }
    });
    time / count(turns)
}

/// The time of a submission by one of so many threads, while no worker takes jobs.
fn submissions(threads: usize) -> io::Result<f64> {
    let pool = BlockingPool::builder().max_threads(1).build()?;
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = Arc::clone(&gate);
    drop(pool.spawn(move || drop(waiting.lock())));
    let jobs = JOBS / threads;
    let time = at_once(threads, |_| {
        for _ in 0..jobs {
            drop(pool.spawn(|| ()));
        }
    });
    drop(closed);
    Ok(time / count(jobs))
}

/// The time of an empty job that waits in the queue, for all workers together.
fn drain(workers: usize) -> io::Result<f64> {
    let pool = BlockingPool::builder().min_threads(workers).max_threads(workers).build()?;
    let barrier = Arc::new(Barrier::new(workers + 1));
    for _ in 0..workers {
        let barrier = Arc::clone(&barrier);
        drop(pool.spawn(move || barrier.wait().is_leader()));
    }
    for _ in 0..JOBS {
        drop(pool.spawn(|| ()));
    }
    barrier.wait();
    let start = Instant::now();
    futures::executor::block_on(pool.wait_idle());
    Ok(nanoseconds(start.elapsed()) / count(JOBS))
}

/// The time from when the first of the threads starts this work until the last has done it.
fn at_once(threads: usize, work: impl Fn(usize) + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let times: Vec<_> = thread::scope(|scope| {
        let (work, barrier) = (&work, &barrier);
        let threads: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    barrier.wait();
                    let start = Instant::now();
                    work(thread);
                    (start, Instant::now())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let start = times.iter().map(|(start, _)| *start).min();
    let end = times.iter().map(|(_, end)| *end).max();
    start.zip(end).map_or(0.0, |(start, end)| nanoseconds(end - start))
}
