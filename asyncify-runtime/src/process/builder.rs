//! How a pool of workers is to be.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::context::Carrier;
use super::pool::Pool;
use super::shared::Shared;
use super::task::Initializer;
use super::{bootstrap, global};
use crate::error::Error;

/// Where a worker's stderr goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stderr {
    /// To the program's own.
    Inherit,
    /// Nowhere but into [`Crash::stderr`](super::Crash::stderr), the last so many bytes of it.
    Capture(usize),
}

/// Describes a [`Pool`]; made by [`Pool::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    pub(super) config: Config,
}

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) name: String,
    pub(crate) workers: usize,
    pub(crate) min_idle: usize,
    pub(crate) max_tasks: Option<u64>,
    pub(crate) jitter: f64,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) recycle_rss: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) queue_limit: Option<usize>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) start_timeout: Duration,
    pub(crate) initializer: Option<Initializer>,
    pub(crate) carrier: Option<Carrier>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) stderr: Stderr,
    pub(crate) kill_group: bool,
    pub(crate) kill_grace: Option<Duration>,
    pub(crate) worker_exe: Option<PathBuf>,
    pub(crate) max_payload: usize,
}

impl Builder {
    pub(super) fn new(name: String) -> Self {
        let config = Config {
            name,
            workers: thread::available_parallelism().map_or(1, usize::from),
            min_idle: 0,
            max_tasks: None,
            jitter: 0.1,
            memory_limit: None,
            recycle_rss: None,
            timeout: None,
            queue_limit: None,
            idle_timeout: Some(Duration::from_secs(300)),
            start_timeout: Duration::from_secs(10),
            initializer: None,
            carrier: None,
            env: Vec::new(),
            stderr: Stderr::Inherit,
            kill_group: true,
            kill_grace: None,
            worker_exe: None,
            max_payload: 256 << 20,
        };
        Self { config }
    }

    /// The most workers there are at a time; without this call as many as the machine has cores.
    ///
    /// They are started when they are needed.
    pub fn workers(mut self, workers: usize) -> Self {
        self.config.workers = workers.max(1);
        self
    }

    /// So many workers are kept ready for the next calls, started ahead; none without this call.
    pub fn min_idle(mut self, workers: usize) -> Self {
        self.config.min_idle = workers;
        self
    }

    /// Replaces each worker after so many calls, which frees what they have leaked.
    pub fn max_tasks(mut self, calls: u64) -> Self {
        self.config.max_tasks = Some(calls.max(1));
        self
    }

    /// By which part [`max_tasks`](Self::max_tasks) is shortened at random, so that not all
    /// workers are replaced at once: from 0.0 to 1.0, and 0.1 without this call.
    pub fn jitter(mut self, part: f64) -> Self {
        self.config.jitter = part.clamp(0.0, 1.0);
        self
    }

    /// The most memory that a worker may allocate, in bytes (`RLIMIT_DATA`).
    ///
    /// An allocation beyond it fails, which aborts Rust code, and the call ends as
    /// [crashed](super::ProcessError::Crashed). The others go on.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.config.memory_limit = Some(bytes);
        self
    }

    /// Replaces a worker that has more resident memory than this after a call, in bytes.
    pub fn recycle_rss(mut self, bytes: u64) -> Self {
        self.config.recycle_rss = Some(bytes);
        self
    }

    /// How long a call may run before its worker is killed; for ever without this call.
    ///
    /// The time that it waits for a worker does not count.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// The most calls that wait for a worker; any number without this call. A call beyond it ends
    /// as [`Error::Rejected`].
    pub fn queue_limit(mut self, calls: usize) -> Self {
        self.config.queue_limit = Some(calls);
        self
    }

    /// How long a worker stays without work, above [`min_idle`](Self::min_idle); 5 minutes without
    /// this call.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.config.idle_timeout = Some(timeout);
        self
    }

    /// How long a worker may take to get ready, with its initializer; 10 seconds without this
    /// call.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.config.start_timeout = timeout;
        self
    }

    /// What each worker runs before its first call, such as the loading of a model:
    /// `.initializer(initializer!(load_model))`.
    ///
    /// If it fails, the start has failed; after three such failures in a row the waiting calls end
    /// as [`Start`](super::ProcessError::Start), and later ones try again.
    pub fn initializer(mut self, initializer: &Initializer) -> Self {
        self.config.initializer = Some(*initializer);
        self
    }

    /// What carries context of the caller's to the function, such as the `traceparent` of its
    /// trace: `.carrier(carrier!(inject, enter))`.
    ///
    /// `inject` runs when a call is first polled. [`carrier!`](crate::carrier) has an example.
    pub fn carrier(mut self, carrier: &Carrier) -> Self {
        self.config.carrier = Some(*carrier);
        self
    }

    /// Sets an environment variable for the workers.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.config.env.push((name.into(), value.into()));
        self
    }

    /// Where the workers' stderr goes; to the program's own without this call.
    pub fn stderr(mut self, stderr: Stderr) -> Self {
        self.config.stderr = stderr;
        self
    }

    /// Whether a worker that dies, or is killed, during a call takes the processes along that it
    /// has started; it does without this call.
    pub fn kill_group(mut self, kill: bool) -> Self {
        self.config.kill_group = kill;
        self
    }

    /// Tells a call that it is cancelled, and gives it so much time to end before its worker is
    /// killed. Without this call it is killed at once.
    ///
    /// The function hears of it by [`is_cancelled`](crate::is_cancelled). If it ends in time, its
    /// result is dropped and its worker lives on.
    pub fn kill_grace(mut self, grace: Duration) -> Self {
        self.config.kill_grace = Some(grace);
        self
    }

    /// The program to start workers from, where this one cannot be: a host that is not ours, such
    /// as an interpreter. It must hold the same functions and call
    /// [`init`](super::init) first.
    pub fn worker_exe(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.worker_exe = Some(path.into());
        self
    }

    /// The longest arguments and results, encoded, in bytes; 256 MiB without this call.
    pub fn max_payload(mut self, bytes: usize) -> Self {
        self.config.max_payload = bytes.min(u32::MAX as usize);
        self
    }

    /// Makes the pool, and starts the workers that it is to have [ready](Self::min_idle).
    ///
    /// # Errors
    ///
    /// [`NotInitialised`](super::ProcessError::NotInitialised) if the program has not called
    /// [`init`](super::init), and [`InWorker`](super::ProcessError::InWorker) inside of a worker.
    /// Nothing was started then.
    pub fn build(self) -> Result<Pool, Error> {
        bootstrap::check(self.config.worker_exe.is_some())?;
        let shared = Arc::new(Shared::new(self.config));
        shared.start_spares();
        Ok(Pool::new(shared))
    }

    /// Makes the pool on which functions run that name none.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); and [`Error::Rejected`] if there is one already, because it was
    /// built before or because a call has needed it.
    pub fn build_global(self) -> Result<(), Error> {
        let pool = self.build()?;
        global::install(pool).map_err(|_| Error::Rejected)
    }
}
