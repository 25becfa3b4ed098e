//! The two pools of the process, and what runs on them.

use std::sync::OnceLock;
use std::thread;

use crate::pool::BlockingPool;
use crate::task::JoinHandle;

static BLOCKING: OnceLock<BlockingPool> = OnceLock::new();
static CPU: OnceLock<BlockingPool> = OnceLock::new();

/// The pool on which calls run that name no executor.
///
/// Made with the defaults at its first use, unless
/// [`build_global`](crate::BlockingPoolBuilder::build_global) came before. It lives as long as the
/// process, and the process does not wait for it: what must be finished is awaited, or the pool
/// is [shut down](BlockingPool::shutdown) first.
///
/// # Panics
///
/// At the first use, when the system refuses even one thread.
#[must_use]
pub fn global() -> &'static BlockingPool {
    BLOCKING.get_or_init(|| BlockingPool::builder().build().expect("no thread for the global pool"))
}

/// A second pool, with one thread a core, for work that computes rather than waits.
///
/// Threads beyond the number of cores only slow such work down, and on the [`global`] pool it
/// would compete with hundreds of them.
///
/// # Panics
///
/// At the first use, when the system refuses even one thread.
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
    CPU.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        BlockingPool::builder()
            .name("cpu")
            .max_threads(cores)
            .build()
            .expect("no thread for the cpu pool")
    })
}

/// Makes `pool` the global one, unless there is one.
pub(crate) fn install(pool: BlockingPool) -> Result<(), BlockingPool> {
    BLOCKING.set(pool)
}

/// Runs a closure that blocks on the [`global`] pool, from now on.
///
/// The same as tokio's function of this name, on any executor. In async code
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
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    global().spawn(f)
}
