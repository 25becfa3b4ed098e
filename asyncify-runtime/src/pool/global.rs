//! The two pools of the process.

use std::panic;
use std::sync::OnceLock;
use std::{io, thread};

use crate::pool::BlockingPool;
use crate::task::{Executor, Job, JoinHandle, Rejected, WhenReady, spawnable};
use crate::util::catch;

static BLOCKING: ProcessPool = ProcessPool::new();
static CPU: ProcessPool = ProcessPool::new();

/// A pool of the process, and that of its child by `fork`, which has none of the threads.
struct ProcessPool {
    pool: OnceLock<BlockingPool>,
    /// Used in the child only.
    in_child: OnceLock<Box<ProcessPool>>,
}

impl ProcessPool {
    const fn new() -> Self {
        Self { pool: OnceLock::new(), in_child: OnceLock::new() }
    }

    /// Returns the pool of this process, if it was built.
    #[inline]
    fn get(&self) -> Option<&BlockingPool> {
        let pool = self.pool.get()?;
        if pool.is_in_child() { self.here().get() } else { Some(pool) }
    }

    /// Where the pool of this process is, or will be.
    #[cold]
    fn here(&self) -> &OnceLock<BlockingPool> {
        match self.pool.get() {
            Some(pool) if pool.is_in_child() => {
                self.in_child.get_or_init(|| Box::new(Self::new())).here()
            }
            _ => &self.pool,
        }
    }
}

/// Returns the global pool, which runs the calls that name no executor.
///
/// It is built with the defaults when it is first used, unless
/// [`build_global`](crate::BlockingPoolBuilder::build_global) was called before. It lives as long
/// as the process, and the process does not wait for it when it exits, unless there is a
/// [`DrainGuard`](crate::DrainGuard). A child of `fork` gets another one, with the defaults.
///
/// # Panics
///
/// If it is used for the first time and the system refuses to spawn a thread.
#[must_use]
pub fn global() -> &'static BlockingPool {
    try_global().expect("no thread for the global pool")
}

#[inline]
fn try_global() -> io::Result<&'static BlockingPool> {
    match BLOCKING.get() {
        Some(pool) => Ok(pool),
        None => build(),
    }
}

/// Builds the global pool with the defaults. If that fails, the next use tries again.
#[cold]
fn build() -> io::Result<&'static BlockingPool> {
    let build = || BlockingPool::builder().build();
    // The error leaves `get_or_init` as a panic that no hook reports.
    let pool = BLOCKING.here();
    catch(|| pool.get_or_init(|| build().unwrap_or_else(|e| panic::resume_unwind(Box::new(e)))))
        .map_err(|payload| match payload.downcast() {
            Ok(error) => *error,
            Err(payload) => panic::resume_unwind(payload),
        })
}

/// The global pool as an executor. It rejects a call if the pool cannot be built.
pub(crate) struct Global;

impl Executor for Global {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        match try_global() {
            Ok(pool) => pool.execute_here(job),
            Err(_) => Err(Rejected::no_thread(job)),
        }
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        global().execute_when_ready(job)
    }
}

/// Returns a second pool, with one thread per core, for bodies that compute rather than wait.
///
/// More threads than cores only slow such bodies down, and on the [`global`] pool they would
/// compete with hundreds of threads.
///
/// # Panics
///
/// If it is used for the first time and the system refuses to spawn a thread.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{asyncify, cpu};
///
/// # futures::executor::block_on(async {
/// let sum = asyncify!(|| (0..1_000_000_u64).sum::<u64>()).executor(cpu()).await;
/// assert_eq!(sum, 499_999_500_000);
/// # });
/// ```
#[must_use]
pub fn cpu() -> &'static BlockingPool {
    CPU.here().get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        BlockingPool::builder()
            .name("cpu")
            .max_threads(cores)
            .build()
            .expect("no thread for the cpu pool")
    })
}

/// Returns the pools of the process that have been used, with the names of their functions.
pub(crate) fn started() -> impl Iterator<Item = (&'static str, &'static BlockingPool)> {
    [("global", &BLOCKING), ("cpu", &CPU)]
        .into_iter()
        .filter_map(|(name, pool)| Some((name, pool.get()?)))
}

/// Makes `pool` the global pool, unless there is one.
pub(crate) fn install(pool: BlockingPool) -> Result<(), BlockingPool> {
    BLOCKING.here().set(pool)
}

/// Runs a blocking closure on the [`global`] pool. It is submitted at once.
///
/// The same as tokio's function of this name, on any async runtime. In async code,
/// [`asyncify!`](crate::asyncify) is shorter, and lazy.
///
/// # Cancel safety
///
/// Dropping the handle detaches the call.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let handle = asyncify_runtime::spawn_blocking(|| std::fs::read_to_string("Cargo.toml"));
/// assert!(handle.await??.contains("[package]"));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match try_global() {
        Ok(pool) => pool.spawn(f),
        Err(_) => {
            let (job, handle) = spawnable(f);
            Rejected::no_thread(job).resolve();
            handle
        }
    }
}
