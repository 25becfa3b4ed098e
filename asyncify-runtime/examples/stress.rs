//! Random work on random pools, for as long as you like: every job runs or is dropped, once.
//!
//! `cargo run --release -p asyncify-runtime --example stress -- [SECONDS [SEED]]`
//!
//! Each round makes a pool with random options and has a few threads do random things with it:
//! spawn in every way, abort, forget handles, submit from inside, panic, wait for one another,
//! change its size, and end the pool in one of several ways, at any moment. Afterwards each job
//! must have been run at most once and dropped exactly once, and each handle must have told the
//! truth. A round that does not end is reported, with its seed, by a watchdog.

use asyncify_runtime::{BlockingPool, JoinError, JoinHandle, Shutdown};
use futures::executor::block_on;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// A round takes milliseconds.
const TOO_LONG: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Ok(seconds), Ok(seed)) =
        (arguments.next().unwrap_or(Ok(2)), arguments.next().unwrap_or(Ok(1)))
    else {
        eprintln!("usage: stress [SECONDS [SEED]]");
        return ExitCode::FAILURE;
    };
    // Panics are part of the work; those of the checks are told in full.
    std::panic::set_hook(Box::new(|info| {
        if info.payload().downcast_ref::<Deliberate>().is_none() {
            eprintln!("{info}");
        }
    }));
    let current = Arc::new(AtomicU64::new(seed));
    watch(Arc::clone(&current));

    let end = Instant::now() + Duration::from_secs(seconds);
    let mut total = Seen::default();
    let mut rounds = 0_u64;
    while Instant::now() < end {
        let seed = seed + rounds;
        current.store(seed, SeqCst);
        let Ok(more) = std::panic::catch_unwind(|| round(seed)) else {
            eprintln!("failed: seed {seed}");
            return ExitCode::FAILURE;
        };
        total.add(&more);
        rounds += 1;
    }
    println!("{rounds} rounds: {total:?}");
    ExitCode::SUCCESS
}

fn watch(current: Arc<AtomicU64>) {
    std::thread::spawn(move || {
        let mut last = None;
        loop {
            std::thread::sleep(TOO_LONG);
            let now = current.load(SeqCst);
            if last.replace(now) == Some(now) {
                eprintln!("hangs: seed {now}");
                std::process::exit(1);
            }
        }
    });
}

/// The payload of panics that belong to the work.
struct Deliberate;

#[derive(Debug, Default)]
struct Seen {
    jobs: u64,
    completed: u64,
    panicked: u64,
    cancelled: u64,
    rejected: u64,
    forgotten: u64,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.jobs += other.jobs;
        self.completed += other.completed;
        self.panicked += other.panicked;
        self.cancelled += other.cancelled;
        self.rejected += other.rejected;
        self.forgotten += other.forgotten;
    }
}

/// What happened to one job.
#[derive(Default)]
struct Record {
    ran: AtomicU32,
    dropped: AtomicU32,
}

/// What a job captures.
struct Captured(Arc<Record>);

impl Drop for Captured {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, SeqCst);
    }
}

struct Spawned {
    record: Arc<Record>,
    aborted: bool,
    /// `None`: forgotten, or never accepted.
    handle: Option<JoinHandle<()>>,
}

fn round(seed: u64) -> Seen {
    let random = &mut Random::new(seed);
    let pool = random_pool(random);
    let threads = random.below(4) + 1;
    let jobs = random.below(200);
    let starts: Vec<_> = (0..threads).map(|_| random.next()).collect();
    let ending = random.below(5);
    let early = random.one_in(3);

    let spawned: Vec<Spawned> = std::thread::scope(|scope| {
        let submitters: Vec<_> = starts
            .iter()
            .map(|&start| {
                let pool = pool.clone();
                scope.spawn(move || submit(&pool, &mut Random::new(start), jobs))
            })
            .collect();
        if early {
            finish(&pool, ending);
        }
        submitters.into_iter().flat_map(|s| s.join().expect("a submitter panicked")).collect()
    });
    if !early {
        finish(&pool, ending);
    }
    let tally = check(spawned);
    // Every ending ends here, so that no round leaves threads to the next.
    block_on(pool.shutdown(Shutdown::Drain));
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.idle, metrics.queued), (0, 0, 0), "{metrics:?}");
    tally
}

fn random_pool(random: &mut Random) -> BlockingPool {
    let min = random.below(3) + 1;
    let mut builder = BlockingPool::builder()
        .min_threads(min)
        .max_threads(min + random.below(8))
        .keep_alive(Duration::from_micros(random.next() % 3 * 200));
    if random.one_in(3) {
        builder = builder.queue_capacity(random.below(20) + 1);
    }
    builder.build().expect("threads can be made")
}

fn finish(pool: &BlockingPool, how: usize) {
    match how {
        0 => block_on(pool.shutdown(Shutdown::Drain)),
        1 => block_on(pool.shutdown(Shutdown::Discard)),
        2 => drop(pool.shutdown_timeout(Duration::from_micros(300))),
        3 => std::thread::scope(|scope| {
            scope.spawn(|| block_on(pool.shutdown(Shutdown::Discard)));
            scope.spawn(|| block_on(pool.shutdown(Shutdown::Drain)));
        }),
        _ => block_on(pool.wait_idle()),
    }
}

fn submit(pool: &BlockingPool, random: &mut Random, jobs: usize) -> Vec<Spawned> {
    let mut spawned = Vec::with_capacity(jobs);
    for _ in 0..jobs {
        let record = Arc::new(Record::default());
        let job = work(pool, random, &record);
        let handle = spawn(pool, random, job);
        let aborted = random.one_in(8);
        if let (Some(handle), true) = (&handle, aborted) {
            handle.abort();
        }
        let handle = handle.filter(|_| !random.one_in(8));
        spawned.push(Spawned { record, aborted, handle });
        if random.one_in(64) {
            pool.set_max_threads(random.below(8) + 1);
        }
    }
    if random.one_in(2) {
        spawned.extend(pair(pool));
    }
    spawned
}

fn spawn(
    pool: &BlockingPool,
    random: &mut Random,
    job: impl FnOnce() + Send + 'static,
) -> Option<JoinHandle<()>> {
    match random.below(4) {
        0 => pool.try_spawn(job).ok(),
        1 => block_on(pool.reserve()).ok().map(|permit| permit.spawn(job)),
        _ => Some(pool.spawn(job)),
    }
}

fn work(
    pool: &BlockingPool,
    random: &mut Random,
    record: &Arc<Record>,
) -> impl FnOnce() + Send + 'static {
    let captured = Captured(Arc::clone(record));
    let what = random.below(32);
    let again = (what == 1).then(|| pool.clone());
    move || {
        assert_eq!(captured.0.ran.fetch_add(1, SeqCst), 0, "a job runs twice");
        match what {
            0 => std::panic::panic_any(Deliberate),
            1 => drop(again.map(|pool| pool.spawn(std::thread::yield_now))),
            2 => std::thread::sleep(Duration::from_micros(50)),
            3..6 => std::thread::yield_now(),
            _ => {}
        }
    }
}

/// Two jobs of which the first waits for the second, or for its being dropped.
fn pair(pool: &BlockingPool) -> [Spawned; 2] {
    let (send, receive) = mpsc::channel::<()>();
    let [first, second] = [(); 2].map(|()| Arc::new(Record::default()));
    let (a, b) = (Captured(Arc::clone(&first)), Captured(Arc::clone(&second)));
    let waits = move || {
        a.0.ran.fetch_add(1, SeqCst);
        // Ends with a message, or with the sender. At the limit nothing but the end of the pool
        // may bring either: not for ever, therefore.
        let _either = receive.recv_timeout(Duration::from_millis(5));
    };
    let sends = move || {
        b.0.ran.fetch_add(1, SeqCst);
        let _waiting_or_not = send.send(());
    };
    [(first, pool.spawn(waits)), (second, pool.spawn(sends))].map(|(record, handle)| Spawned {
        record,
        aborted: false,
        handle: Some(handle),
    })
}

fn check(spawned: Vec<Spawned>) -> Seen {
    let mut seen = Seen::default();
    for Spawned { record, aborted, handle } in spawned {
        seen.jobs += 1;
        let Some(handle) = handle else {
            seen.forgotten += 1;
            wait_dropped(&record);
            continue;
        };
        let outcome = block_on(handle);
        wait_dropped(&record);
        let ran = record.ran.load(SeqCst);
        match outcome {
            Ok(()) => {
                assert_eq!(ran, 1, "a job that completed ran");
                seen.completed += 1;
            }
            Err(error) => refused(&error, ran, aborted, &mut seen),
        }
    }
    seen
}

fn refused(error: &JoinError, ran: u32, aborted: bool, seen: &mut Seen) {
    if error.is_panic() {
        assert_eq!(ran, 1, "a job that panicked ran");
        seen.panicked += 1;
    } else if error.is_rejected() {
        assert_eq!(ran, 0, "a job that was refused did not run");
        seen.rejected += 1;
    } else {
        assert!(error.is_cancelled(), "{error}");
        assert!(aborted || ran == 0, "a job that was discarded did not run");
        seen.cancelled += 1;
    }
}

/// What a job captured is dropped before its outcome is told, but an aborted or forgotten job may
/// still be at it.
fn wait_dropped(record: &Record) {
    while record.dropped.load(SeqCst) == 0 {
        std::thread::yield_now();
    }
    assert_eq!(record.dropped.load(SeqCst), 1, "captures are dropped once");
}

/// Xorshift: the same seed, the same decisions.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("below a usize")
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
