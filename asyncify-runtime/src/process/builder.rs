//! The configuration of a pool.

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
use crate::error::process::ProcessError;
use crate::pool::default_name;

/// Where the stderr of a worker goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stderr {
    /// To the stderr of the program.
    Inherit,
    /// Into [`Crash::stderr`](super::Crash::stderr) only, which keeps at most this many of its last
    /// bytes.
    Capture(usize),
}

/// Configures a [`Pool`]; created by [`Pool::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    pub(super) config: Config,
}

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) name: String,
    pub(crate) max_workers: usize,
    pub(crate) min_idle: usize,
    pub(crate) max_tasks: Option<u64>,
    pub(crate) jitter: f64,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) recycle_rss: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) queue_capacity: Option<usize>,
    pub(crate) keep_alive: Option<Duration>,
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
    pub(super) fn new() -> Self {
        let config = Config {
            name: default_name().to_string(),
            max_workers: thread::available_parallelism().map_or(1, usize::from),
            min_idle: 0,
            max_tasks: None,
            jitter: 0.1,
            memory_limit: None,
            recycle_rss: None,
            timeout: None,
            queue_capacity: None,
            keep_alive: Some(Duration::from_secs(300)),
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

    /// Sets the pool's name, which its processes and threads have.
    ///
    /// NUL bytes, which the name of a thread cannot have, are removed. The default is `asyncify1`,
    /// `asyncify2` and so on.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into().replace('\0', "");
        self
    }

    /// Sets the maximum number of workers, at least one. Default: the number of cores.
    ///
    /// A worker is started when a call finds none idle.
    pub fn max_workers(mut self, workers: usize) -> Self {
        self.config.max_workers = workers.max(1);
        self
    }

    /// Sets the number of idle workers to keep, which are started ahead of calls. Default: 0.
    pub fn min_idle(mut self, workers: usize) -> Self {
        self.config.min_idle = workers;
        self
    }

    /// Replaces each worker after this number of calls, which frees what they have leaked. Default:
    /// no limit.
    pub fn max_tasks(mut self, calls: u64) -> Self {
        self.config.max_tasks = Some(calls.max(1));
        self
    }

    /// Reduces [`max_tasks`](Self::max_tasks) by a random fraction for each worker, so that they
    /// are not all replaced at once: at most by this one, from 0.0 to 1.0. Default: 0.1.
    pub fn jitter(mut self, fraction: f64) -> Self {
        self.config.jitter = fraction.clamp(0.0, 1.0);
        self
    }

    /// Limits the memory that a worker may allocate, in bytes (`RLIMIT_DATA`). Default: no limit.
    ///
    /// An allocation beyond the limit fails. In Rust code that aborts the worker, and its call
    /// fails with [`Crashed`](super::ProcessError::Crashed).
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.config.memory_limit = Some(bytes);
        self
    }

    /// Replaces a worker whose resident memory exceeds this number of bytes after a call. Default:
    /// no limit.
    ///
    /// For libraries that leak more with some input than with other; the example `leaky_library`
    /// shows it.
    pub fn recycle_rss(mut self, bytes: u64) -> Self {
        self.config.recycle_rss = Some(bytes);
        self
    }

    /// Limits how long a call may run before its worker is killed. Default: no limit.
    ///
    /// The time in the queue does not count.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// Limits the number of queued calls. A call beyond the limit fails with [`Error::Rejected`].
    /// Default: no limit.
    pub fn queue_capacity(mut self, calls: usize) -> Self {
        self.config.queue_capacity = Some(calls);
        self
    }

    /// Sets the time after which an idle worker exits, if there are more than
    /// [`min_idle`](Self::min_idle). Default: 5 minutes.
    pub fn keep_alive(mut self, duration: Duration) -> Self {
        self.config.keep_alive = Some(duration);
        self
    }

    /// Limits the time in which a worker must become ready, including its initializer. Default:
    /// 10 seconds.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.config.start_timeout = timeout;
        self
    }

    /// Sets a function that each worker runs before its first call, for example to load a model:
    /// `.initializer(initializer!(load_model))`.
    ///
    /// If it fails, the start of the worker has failed. After three failed starts in a row the
    /// queued calls fail with [`Start`](super::ProcessError::Start); later calls try again.
    pub fn initializer(mut self, initializer: &Initializer) -> Self {
        self.config.initializer = Some(*initializer);
        self
    }

    /// Propagates the caller's context to the function, such as the `traceparent` of a distributed
    /// trace: `.carrier(carrier!(inject, enter))`.
    ///
    /// `inject` runs when a call is first polled. See [`carrier!`](crate::carrier); the example
    /// `traceparent` shows it.
    pub fn carrier(mut self, carrier: &Carrier) -> Self {
        self.config.carrier = Some(*carrier);
        self
    }

    /// Sets an environment variable of the workers.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.config.env.push((name.into(), value.into()));
        self
    }

    /// Sets where the stderr of the workers goes. Default: [`Stderr::Inherit`].
    pub fn stderr(mut self, stderr: Stderr) -> Self {
        self.config.stderr = stderr;
        self
    }

    /// Sets whether the process group of a worker is killed with it, if it crashes or is killed
    /// during a call: these are the processes that it has started. Default: true.
    pub fn kill_group(mut self, kill: bool) -> Self {
        self.config.kill_group = kill;
        self
    }

    /// Sets the time between the cancellation of a call and the SIGKILL to its worker. Default:
    /// none, the worker is killed at once.
    ///
    /// In that time the function sees the cancellation by [`is_cancelled`](crate::is_cancelled). If
    /// it returns, its result is dropped and its worker is kept, with all that it has loaded; the
    /// example `warm_worker` shows it.
    pub fn kill_grace(mut self, grace: Duration) -> Self {
        self.config.kill_grace = Some(grace);
        self
    }

    /// Sets the program of the workers, where it cannot be the running one: in a plugin of a
    /// program that does not call [`init`](super::init), such as an interpreter. It must contain
    /// the same functions, and call `init` first.
    pub fn worker_exe(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.worker_exe = Some(path.into());
        self
    }

    /// Limits the encoded size of arguments and of results, in bytes. Default: 256 MiB.
    pub fn max_payload(mut self, bytes: usize) -> Self {
        self.config.max_payload = bytes.min(u32::MAX as usize);
        self
    }

    /// Creates the pool, and starts its [idle](Self::min_idle) workers.
    ///
    /// # Errors
    ///
    /// [`NotInitialised`](super::ProcessError::NotInitialised) if the program has not called
    /// [`init`](super::init), and [`InWorker`](super::ProcessError::InWorker) in a worker.
    pub fn build(self) -> Result<Pool, Error> {
        bootstrap::check(self.config.worker_exe.is_some())?;
        let shared = Arc::new(Shared::new(self.config));
        shared.start_spares();
        Ok(Pool::new(shared))
    }

    /// Creates the pool of functions that name none.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), and [`AlreadyBuilt`](super::ProcessError::AlreadyBuilt) if there
    /// is one already: built before, or by the first call that needed it.
    pub fn build_global(self) -> Result<(), Error> {
        let pool = self.build()?;
        global::install(pool).map_err(|_| ProcessError::AlreadyBuilt.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_threads_and_differ_by_default() {
        assert_eq!(Builder::new().name("a\0b").config.name, "ab");
        assert_ne!(Builder::new().config.name, Builder::new().config.name);
    }
}
