//! The failure matrix: all failures of a worker, with real processes and real signals. After each
//! case the statistics must balance, and no process, zombie or descriptor may be left.
//!
//! `cargo test -p asyncify-process-tests --test matrix -- NAME` runs the cases whose names contain
//! NAME.

mod attribute;
mod bootstrap;
mod calls;
mod cancel;
mod crashes;
mod life;
mod limits;
mod logs;
mod orphans;
mod protocol;
mod scarce;
mod storms;
mod wakers;

use std::future::Future;
use std::io::{ErrorKind, Read};
use std::pin::Pin;
use std::time::{Duration, Instant};

use asyncify_process_tests::outside;
use asyncify_runtime::Shutdown;
use asyncify_runtime::process::{self, Builder, Metrics, Pool};

/// One case: its name and what it does.
type Case = (&'static str, fn() -> Pin<Box<dyn Future<Output = ()>>>);

/// Names the cases of a module.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(crate) const CASES: &[crate::Case] =
            &[$((concat!(module_path!(), "::", stringify!($name)), || Box::pin($name()))),*];
    };
}
use cases;

fn main() {
    process::init();
    let argument = std::env::args().nth(1).unwrap_or_default();
    if let Some(role) = orphans::role(&argument).or_else(|| scarce::role(&argument)) {
        return role();
    }
    let modules = [
        attribute::CASES,
        calls::CASES,
        crashes::CASES,
        cancel::CASES,
        limits::CASES,
        logs::CASES,
        protocol::CASES,
        life::CASES,
        scarce::CASES,
        bootstrap::CASES,
        orphans::CASES,
        wakers::CASES,
        storms::CASES,
    ];
    let wanted = modules.concat().into_iter().filter(|(name, _)| name.contains(&argument));
    let mut count = 0;
    for (name, case) in wanted {
        let began = Instant::now();
        let descriptors = outside::descriptors();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_time()
            .build()
            .expect("threads for the runtime");
        runtime.block_on(async {
            let limit = Duration::from_mins(2);
            tokio::time::timeout(limit, case()).await.expect("the case hangs");
        });
        drop(runtime);
        assert_eq!(outside::children(std::process::id()), [0_u32; 0], "{name} has left processes");
        asyncify_tests::until("the descriptors of the case are closed", || {
            outside::descriptors() <= descriptors
        });
        println!("{name}: ok, {:?}", began.elapsed());
        count += 1;
    }
    assert!(count > 0, "no case is called {argument}");
    println!("{count} cases passed");
}

/// A pool of one worker.
fn one() -> Builder {
    Pool::builder().name("one").max_workers(1)
}

/// Ends the pool, and checks that nothing is left of it and that every process is counted.
async fn finish(pool: Pool) -> Metrics {
    balanced(&pool);
    pool.shutdown(Shutdown::Drain).await;
    let metrics = pool.metrics();
    assert_eq!((metrics.workers, metrics.idle, metrics.running, metrics.queued), (0, 0, 0, 0));
    balanced(&pool);
    metrics
}

#[track_caller]
fn balanced(pool: &Pool) {
    let metrics = pool.metrics();
    let ended = metrics.ended.total();
    assert_eq!(metrics.spawned, metrics.workers as u64 + ended, "unbalanced: {metrics:?}");
}

/// A path that no other case uses, and that does not exist yet.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("asyncify-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn path(&self) -> String {
        self.0.to_str().expect("a plain path").to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A named pipe, on which a case waits for a message from a worker.
struct Pipe {
    scratch: Scratch,
    reader: std::fs::File,
}

impl Pipe {
    fn new(name: &str) -> Self {
        use rustix::fs::{CWD, FileType, Mode, OFlags};
        let scratch = Scratch::new(name);
        rustix::fs::mknodat(CWD, &scratch.0, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        // Opened for reading at once, so that a writer does not wait.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let reader = rustix::fs::open(&scratch.0, flags, Mode::empty()).unwrap();
        Self { scratch, reader: reader.into() }
    }

    fn path(&self) -> String {
        self.scratch.path()
    }

    /// The message of the first writer.
    fn wait(&self) -> String {
        let mut bytes = Vec::new();
        loop {
            outside::readable(&self.reader);
            match (&self.reader).read_to_end(&mut bytes) {
                Ok(_) => return String::from_utf8(bytes).expect("a text"),
                // The writer has not closed it yet.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn wait_pid(&self) -> u32 {
        self.wait().parse().expect("a process id")
    }
}

/// Sends a signal to a process.
fn kill(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().expect("a process id"));
    rustix::process::kill_process(pid.expect("not 0"), signal).expect("a child process");
}
