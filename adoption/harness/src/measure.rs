//! Tasks repeat a request; what the process needs for it is measured after a warm-up.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::runtime::Runtime;

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// Runs `tasks` tasks for `duration`, and a fifth of it before, and returns a line of JSON.
pub(crate) fn run<F, R>(
    runtime: &Runtime,
    request: &Arc<F>,
    tasks: usize,
    duration: Duration,
) -> String
where
    F: Fn(usize, usize) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let phase = Arc::new(AtomicU8::new(WARM_UP));
    let tasks: Vec<_> = (0..tasks)
        .map(|task| runtime.spawn(repeat(request.clone(), task, phase.clone())))
        .collect();
    thread::sleep(duration / 5);
    // Relaxed, here and below: the phase publishes nothing else.
    phase.store(MEASURE, Ordering::Relaxed);
    let (start, cpu_before) = (Instant::now(), cpu_time());
    thread::sleep(duration);
    phase.store(STOP, Ordering::Relaxed);
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_time().saturating_sub(cpu_before).as_secs_f64();
    let mut latencies = histogram();
    for task in tasks {
        latencies += runtime.block_on(task).expect("no request fails");
    }
    let (p50, p99) = (latencies.value_at_quantile(0.5), latencies.value_at_quantile(0.99));
    let (requests, memory) = (latencies.len(), peak_memory());
    format!(
        r#"{{"requests": {requests}, "seconds": {seconds}, "cpu": {cpu}, "p50": {p50}, "p99": {p99}, "memory": {memory}}}"#
    )
}

/// Repeats requests until the end, and returns the nanoseconds of those that completed in between.
async fn repeat<F, R>(request: Arc<F>, task: usize, phase: Arc<AtomicU8>) -> Histogram<u64>
where
    F: Fn(usize, usize) -> R,
    R: Future<Output = ()>,
{
    let mut latencies = histogram();
    for number in 0.. {
        let start = Instant::now();
        request(task, number).await;
        match phase.load(Ordering::Relaxed) {
            WARM_UP => {}
            MEASURE => {
                latencies
                    .saturating_record(start.elapsed().as_nanos().try_into().unwrap_or(u64::MAX));
            }
            _ => break,
        }
    }
    latencies
}

/// From 100 ns to a minute, in two digits: small enough for one per task.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(100, 60_000_000_000, 2).expect("the bounds are valid")
}

#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("CPU time is not negative")
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    Duration::ZERO
}

/// The most bytes that the process has had in memory, or 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0) * 1024
}
