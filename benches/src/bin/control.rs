//! The cost of a call's options, and the limiter compared with tokio's semaphore.
//! `README.md` says more.

use asyncify_benches::calls::{self, CALLS, Row};
use asyncify_benches::markdown::{self, table};
use asyncify_benches::measure::{count, nanoseconds};
use asyncify_benches::program;
use asyncify_benches::turns::{Sample, take};
use asyncify_runtime::{BlockingCall, Limiter, cancellation_token};
use futures::FutureExt;
use futures::task::{ArcWake, AtomicWaker, waker};
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Context;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::coop::unconstrained;

const ROUNDS: usize = 5;
const CALLERS: usize = 64;

fn main() -> ExitCode {
    let run = |file: Option<PathBuf>| {
        markdown::publish("control", &format!("{}\n{}", calls(), limiters()), file.as_deref())
    };
    program::end("control", program::file_argument("control").and_then(run))
}

/// Calls with each option and with all of them, and calls that wait for a permit.
fn calls() -> String {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (roomy, narrow) = (&Limiter::new(CALLS), &Limiter::new(8));
    let forever = Duration::from_secs(60 * 60);
    let asking = || BlockingCall::new(|| drop(cancellation_token()));
    let rows: [Row<'_>; 6] = [
        ("bare", Box::new(|| async { BlockingCall::new(|| ()).await }.boxed_local())),
        (
            "`limiter`, with room for all",
            Box::new(|| async { BlockingCall::new(|| ()).limiter(roomy).await }.boxed_local()),
        ),
        (
            "`timeout`",
            Box::new(move || {
                async move { drop(BlockingCall::new(|| ()).timeout(forever).await) }.boxed_local()
            }),
        ),
        (
            "`cancellation_token()` in the body",
            Box::new(move || async move { asking().await }.boxed_local()),
        ),
        (
            "all three",
            Box::new(move || {
                async move { drop(asking().limiter(roomy).timeout(forever).await) }.boxed_local()
            }),
        ),
        (
            "`limiter` of 8, waiting for a permit",
            Box::new(|| async { BlockingCall::new(|| ()).limiter(narrow).await }.boxed_local()),
        ),
    ];
    calls::table("20,000 calls awaited together", &runtime, rows)
}

/// A source of permits.
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
        self.clone().acquire_owned().await.expect("never closed")
    }
}

fn limiters() -> String {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let single = Builder::new_current_thread().build().expect("a runtime");
    let mut times = Vec::new();
    let mut waits = Vec::new();
    for permits in [1, 8, 32] {
        // Ten million acquisitions of our permits in total.
        let each = 10_000_000 / CALLERS / ROUNDS / 6 + 1;
        for (threads, runtime) in [(1, &single), (2, &runtime)] {
            let mut most = 0;
            let ours = || {
                let sample = contend::<Limiter>(runtime, permits, each);
                most = most.max(sample.most);
                sample.time
            };
            let theirs = || contend::<Arc<Semaphore>>(runtime, permits, each).time;
            let ways: [(_, Sample<'_>); 2] =
                [("ours", Box::new(ours)), ("tokio's", Box::new(theirs))];
            let [ours, theirs] = take(ROUNDS, ways).map(|way| way.median());
            let (ratio, most) = (theirs / ours, most.to_string());
            let figures =
                [format!("{ours:.0}"), format!("{theirs:.0}"), format!("{ratio:.2}x"), most];
            times.push([threads.to_string(), permits.to_string()].into_iter().chain(figures));
        }
        let (single, runtime) = (&single, &runtime);
        let ways: [(_, Sample<'_>); 4] = [
            ("ours, 1 thread", Box::new(|| longest_wait::<Limiter>(single, permits, each))),
            (
                "tokio's, 1 thread",
                Box::new(|| longest_wait::<Arc<Semaphore>>(single, permits, each)),
            ),
            ("ours, 2 threads", Box::new(|| longest_wait::<Limiter>(runtime, permits, each))),
            (
                "tokio's, 2 threads",
                Box::new(|| longest_wait::<Arc<Semaphore>>(runtime, permits, each)),
            ),
        ];
        let longest = take(ROUNDS, ways).map(|way| format!("{:.1}x", way.median()));
        waits.push([permits.to_string()].into_iter().chain(longest));
    }
    let columns =
        ["64 callers, threads", "permits", "ours, ns", "tokio's, ns", "ratio", "most at once"];
    let waited = [
        "longest wait of the median, permits",
        "ours, 1 thread",
        "tokio's, 1 thread",
        "ours, 2 threads",
        "tokio's, 2 threads",
    ];
    format!("{}\n{}", table(&columns, times), table(&waited, waits))
}

/// The result of callers that contend.
struct Contended {
    /// Nanoseconds per acquisition.
    time: f64,
    most: usize,
}

fn contend<P: Permits>(runtime: &Runtime, permits: usize, each: usize) -> Contended {
    let limit = P::new(permits);
    let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let start = Instant::now();
    for_all(runtime, || {
        let (limit, shared) = (limit.clone(), shared.clone());
        async move {
            let (now, most) = &*shared;
            for _ in 0..each {
                let permit = limit.get().await;
                most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                // The permit is held across an await, as around a blocking call.
                tokio::task::yield_now().await;
                now.fetch_sub(1, Relaxed);
                drop(permit);
            }
        }
    });
    Contended {
        time: nanoseconds(start.elapsed()) / count(CALLERS * each),
        most: shared.1.load(Relaxed),
    }
}

/// The longest wait for a permit relative to the median, both in permits that were granted between
/// the request and its own.
fn longest_wait<P: Permits>(runtime: &Runtime, permits: usize, each: usize) -> f64 {
    let limit = P::new(permits);
    let handed_out = Arc::new(AtomicUsize::new(0));
    let mut waits = for_all(runtime, || {
        let limit = limit.clone();
        let stamp = Arc::new(Stamp { handed_out: handed_out.clone(), ..Stamp::default() });
        async move {
            let mut waits = Vec::with_capacity(each);
            for _ in 0..each {
                let before = stamp.handed_out.load(Relaxed);
                let permit = stamped(&stamp, limit.get()).await;
                waits.push(stamp.number.load(Relaxed) - before);
                tokio::task::yield_now().await;
                drop(permit);
            }
            waits
        }
    })
    .concat();
    waits.sort_unstable();
    let (middle, longest) = (waits[waits.len() / 2].max(1), waits[waits.len() - 1]);
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let spread = longest as f64 / middle as f64;
    spread
}

/// Numbers the permits in the order in which they are granted.
#[derive(Default)]
struct Stamp {
    handed_out: Arc<AtomicUsize>,
    /// The number of the last one.
    number: AtomicUsize,
    caller: AtomicWaker,
}

impl Stamp {
    fn put(&self) {
        self.number.store(self.handed_out.fetch_add(1, Relaxed), Relaxed);
    }
}

impl ArcWake for Stamp {
    fn wake_by_ref(stamp: &Arc<Self>) {
        stamp.put();
        stamp.caller.wake();
    }
}

/// Waits for a permit, and numbers it when it is granted.
async fn stamped<P>(stamp: &Arc<Stamp>, acquire: impl Future<Output = P>) -> P {
    // A waker is woken only when its permit is granted, and not because of tokio's budget.
    let mut acquire = pin!(unconstrained(acquire));
    let waker = waker(stamp.clone());
    let mut at_once = true;
    let permit = poll_fn(|cx| {
        stamp.caller.register(cx.waker());
        let permit = acquire.as_mut().poll(&mut Context::from_waker(&waker));
        at_once &= permit.is_ready();
        permit
    })
    .await;
    if at_once {
        stamp.put();
    }
    permit
}

/// Runs as many tasks as there are callers.
fn for_all<F>(runtime: &Runtime, caller: impl Fn() -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    runtime.block_on(async {
        let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(caller())).collect();
        futures::future::try_join_all(callers).await.expect("no caller panics")
    })
}
