//! What the options of a call cost, and how the limiter compares with tokio's semaphore.
//! `README.md` says more.

use asyncify_benches::markdown;
use asyncify_benches::measure::median;
use asyncify_runtime::{BlockingCall, Limiter, cancellation_token};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{env, io};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const ROUNDS: usize = 5;
const CALLERS: usize = 64;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let write = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--write", file] => Some(file),
        _ => {
            eprintln!("usage: control [--write FILE]");
            return ExitCode::FAILURE;
        }
    };
    match run(write.map(Path::new)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("control: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(write: Option<&Path>) -> io::Result<()> {
    let mut text = calls();
    text.push('\n');
    text.push_str(&limiters());
    print!("{text}");
    write.map_or(Ok(()), |file| markdown::write(file, "control", &text))
}

/// One call after the other, with each option and with all.
fn calls() -> String {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let limiter = Limiter::new(8);
    let forever = Duration::from_secs(60 * 60);
    let mut samples: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let bare = || async { BlockingCall::new(|| ()).await };
        samples[0].push(each(&runtime, bare));
        let with_limit = || async { BlockingCall::new(|| ()).limiter(&limiter).await };
        samples[1].push(each(&runtime, with_limit));
        let with_time = || async {
            drop(BlockingCall::new(|| ()).timeout(forever).await);
        };
        samples[2].push(each(&runtime, with_time));
        let asks = || async { BlockingCall::new(|| drop(cancellation_token())).await };
        samples[3].push(each(&runtime, asks));
        let all = || async {
            let call = BlockingCall::new(|| drop(cancellation_token())).limiter(&limiter);
            drop(call.timeout(forever).await);
        };
        samples[4].push(each(&runtime, all));
    }
    let medians = samples.map(|samples| median(&samples));
    let mut text = String::from(
        "| a call, of 20,000 awaited together | ns | of the bare call |\n| --- | --- | --- |\n",
    );
    let names = ["bare", "`limiter`", "`timeout`", "`cancellation_token()`", "all three"];
    for (name, time) in names.iter().zip(medians) {
        let _ = writeln!(text, "| {name} | {time:.0} | {:.2}x |", time / medians[0]);
    }
    text
}

/// Nanoseconds a call, of those made together: the hop itself stays out of it.
fn each<F: Future<Output = ()>>(runtime: &Runtime, call: impl Fn() -> F) -> f64 {
    const CALLS: usize = 20_000;
    let start = Instant::now();
    runtime.block_on(futures::future::join_all((0..CALLS).map(|_| call())));
    nanoseconds(start.elapsed(), CALLS)
}

fn nanoseconds(time: Duration, number: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let number = number as f64;
    time.as_secs_f64() * 1e9 / number
}

/// Something that gives permits.
trait Permits: Clone + Send + Sync + 'static {
    type Permit: Send;
    fn new(permits: usize) -> Self;
    fn get(&self) -> impl Future<Output = Self::Permit> + Send;
}

impl Permits for Limiter {
    type Permit = asyncify_runtime::LimiterPermit;

    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    fn get(&self) -> impl Future<Output = Self::Permit> + Send {
        self.acquire()
    }
}

impl Permits for Arc<Semaphore> {
    type Permit = OwnedSemaphorePermit;

    fn new(permits: usize) -> Self {
        Self::new(Semaphore::new(permits))
    }

    async fn get(&self) -> Self::Permit {
        self.clone().acquire_owned().await.expect("nobody closes it")
    }
}

/// What came of callers that contend.
struct Contended {
    /// Nanoseconds an acquisition.
    time: f64,
    most: usize,
    /// The longest wait, by how many were admitted meanwhile, against the median.
    spread: f64,
}

fn limiters() -> String {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let mut text = String::from(
        "| 64 callers on 2 threads, permits | ours, ns | tokio's, ns | ratio | most at once | longest wait of the median |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for permits in [1, 8, 32] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut most, mut spread) = (0, 0.0_f64);
        for _ in 0..ROUNDS {
            // Ten million acquisitions in all.
            let sample =
                contend::<Limiter>(&runtime, permits, 10_000_000 / CALLERS / ROUNDS / 3 + 1);
            ours.push(sample.time);
            most = most.max(sample.most);
            spread = spread.max(sample.spread);
            theirs.push(contend::<Arc<Semaphore>>(&runtime, permits, 10_000).time);
        }
        let (ours, theirs) = (median(&ours), median(&theirs));
        let _ = writeln!(
            text,
            "| {permits} | {ours:.0} | {theirs:.0} | {:.2}x | {most} | {spread:.1}x |",
            theirs / ours
        );
    }
    text
}

fn contend<P: Permits>(runtime: &Runtime, permits: usize, each: usize) -> Contended {
    let limit = P::new(permits);
    let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0)));
    let start = Instant::now();
    let mut waits = runtime.block_on(async {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (limit, shared) = (limit.clone(), shared.clone());
                tokio::spawn(async move {
                    let (now, most, admitted) = &*shared;
                    let mut waits = Vec::with_capacity(each);
                    for _ in 0..each {
                        let before = admitted.load(Relaxed);
                        let permit = limit.get().await;
                        waits.push(admitted.fetch_add(1, Relaxed) - before);
                        most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                        // The permit is held across an await, as around a blocking call.
                        tokio::task::yield_now().await;
                        now.fetch_sub(1, Relaxed);
                        drop(permit);
                    }
                    waits
                })
            })
            .collect();
        let mut waits = Vec::new();
        for caller in callers {
            waits.extend(caller.await.expect("no caller panics"));
        }
        waits
    });
    let time = nanoseconds(start.elapsed(), CALLERS * each);
    waits.sort_unstable();
    let (middle, longest) = (waits[waits.len() / 2].max(1), waits[waits.len() - 1]);
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let spread = longest as f64 / middle as f64;
    Contended { time, most: shared.1.load(Relaxed), spread }
}
