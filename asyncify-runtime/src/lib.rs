//! Turns blocking functions into async functions that run on a thread pool.
//!
//! A call blocks if it waits other than at an `.await`, for a disk, a lock or a child process, or
//! if it computes for long. In async code it keeps its thread from running any other task.
//! [`#[sync_to_async]`](macro@sync_to_async) makes a blocking function async: its signature stays
//! as written, with `async` added, and its body runs on a pool of threads that may block.
//! [`asyncify!`] does this for a single call.
//!
//! ```
//! use std::path::Path;
//!
//! use asyncify_runtime::{asyncify, sync_to_async};
//!
//! #[sync_to_async]
//! fn count_lines(path: &Path) -> std::io::Result<usize> {
//!     Ok(std::fs::read_to_string(path)?.lines().count()) // blocks a thread of the pool only
//! }
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let lines = count_lines(Path::new("Cargo.toml")).await?;
//!     let bytes = asyncify!(std::fs::metadata("Cargo.toml")).await?.len();
//!     println!("{lines} lines, {bytes} bytes");
//!     Ok(())
//! }
//! ```
//!
//! The body may outlive its caller, so it cannot borrow from it. A `&Path` is therefore copied on
//! the caller and borrowed again on the pool, and `&self` becomes a clone. The page of the
//! [attribute](macro@sync_to_async) has the rule for each kind of parameter.
//!
//! # Overview
//!
//! | to | use |
//! | --- | --- |
//! | make a function, method, `impl` or trait async | [`#[sync_to_async]`](macro@sync_to_async) |
//! | make one call async | [`asyncify!`], which returns a [`BlockingCall`] |
//! | start a closure now and await it later | [`spawn_blocking`], which returns a [`JoinHandle`] |
//! | separate, limit and count some calls | [`BlockingPool`] |
//! | compute rather than wait | [`cpu`], a pool with one thread per core |
//! | run calls in order, on one thread | [`DedicatedThread`] |
//! | limit how many calls run at a time | [`Limiter`], or `limit` on the attribute |
//! | give up on a call after some time | [`BlockingCall::timeout`], or `timeout` on the attribute |
//! | run a call without awaiting it | [`BlockingCall::spawn`], or [`BlockingCall::spawn_on_drop`] |
//! | never leave a running body behind | [`BlockingCall::join_on_drop`] |
//! | let the application choose the executor | [`scope_executor`], or an [`Executor`] as a parameter |
//! | run several calls, and join or cancel them together | [`TaskGroup`] |
//! | call one function on many items | [`BlockingPool::map`] |
//! | turn a function that returns an iterator into a stream | `#[sync_to_async(stream)]`, which returns a [`BlockingStream`] |
//! | use a blocking file, reader, writer or iterator | [`Unblock`] |
//! | use a value that is not `Send` | [`ThreadBound`], and [`ThreadBoundPool`] for several |
//! | stop a long body early | [`is_cancelled`], [`check_cancelled`], [`cancellation_token`] |
//! | run code that may crash, leak or hang | `#[sync_to_async(process)]`, with worker [processes][process] |
//! | wait for a future in a blocking body | [`block_on`] |
//! | finish all calls before the process ends | [`#[asyncify_runtime::main]`](macro@main), or a [`DrainGuard`] |
//! | publish what pools, limiters and groups do | [`observe`] (feature `metrics`) |
//! | see in a browser what runs | [`console`] (feature `console`) |
//! | detect tasks that block at run time | `Watchdog` (feature `watchdog`) |
//! | find blocking calls in async code at compile time | [`#[async_safe]`](macro@async_safe) (feature `async_safe`) |
//! | call an async function from sync code | [`#[async_to_sync]`](macro@async_to_sync) |
//!
//! The page [`coming_from`] says what the functions of tokio, `blocking`, rayon, Python's asyncio
//! and Celery are here, and what is different.
//!
//! # Choosing an executor
//!
//! Most calls name no executor and run on the [global pool](global()), which has a thread for each
//! call that blocks. Choose the executor by what the call does:
//!
//! - *It waits* for a disk, a socket, a child process or a lock: the global pool, or a
//!   [`BlockingPool`] of its own, so that a slow disk does not delay the users of a socket. How
//!   many may wait at once depends on the resource: use `limit` on the function, a [`Limiter`] that
//!   functions share, or a pool with `max_threads`. A call that waits for a permit uses no thread.
//! - *It computes*: [`cpu`], which has one thread per core; more threads would only compete. If the
//!   body is parallel itself, use rayon's `ThreadPool` (feature `rayon`).
//! - *It uses values that are not `Send`*, or a library with thread-local state: [`ThreadBound`]
//!   keeps the value on a [`DedicatedThread`], and [`scope_thread`] runs all calls of a future on
//!   one thread.
//! - *It must run in order*: a [`DedicatedThread`], [`scope_thread`], or a [`Limiter`] with one
//!   permit, which is first come, first served.
//! - *It may crash, leak or never end*: a worker [process], with `#[sync_to_async(process)]`. A
//!   thread cannot be stopped from outside; on a thread, let the body check [`is_cancelled`], give
//!   the call a `timeout`, and use a pool of its own, so that other calls are not affected.
//! - *It is short*, or borrows what cannot be cloned or moved: `in_place` on the attribute, on a
//!   multi-thread runtime.
//! - *It is tested*: [`Inline`] with [`scope_executor`], which needs no thread; or tokio's
//!   `Handle`, so that tokio's paused clock waits for the call.
//!
//! A library should name no executor. The application wraps what it awaits in [`scope_executor`].
//!
//! # Guarantees
//!
//! - A call is lazy: it is submitted when its future is first polled.
//! - A call that is dropped before its body starts never runs. If it is dropped while its body
//!   runs, the body runs to its end, since blocking code cannot be stopped from outside; it can
//!   check [`is_cancelled`]. An async body stops at its next `.await`.
//! - [`Error::TimedOut`] says whether the body has started: with [`Phase::Queue`] it never runs,
//!   unless the call is [detached](BlockingCall::detach).
//! - A panic of the body resumes where the call is awaited. The thread continues with other calls.
//! - The body runs in the caller's tokio runtime (feature `tokio`) and `tracing` span (feature
//!   `tracing`).
//! - A body may wait for a call of its own pool, with [`block_on`] or as an async body: the pool
//!   adds a thread while it waits. A [`DedicatedThread`] runs the call itself; its page has the
//!   exceptions.
//! - The process does not wait for the [global pool](global()) when it exits. Await the calls that
//!   must finish, or put [`#[asyncify_runtime::main]`](macro@main) on `main`, which waits for them.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `macros` | yes | the attributes and [`asyncify!`] |
//! | `tokio` | yes | the caller's tokio runtime in the body, and tokio's `Handle` as an [`Executor`]; enables tokio's `rt` and `time` |
//! | `async_safe` | no | `#[async_safe]`, a lint for blocking calls in async code |
//! | `in_place` | no | the argument `in_place`; enables tokio's `rt-multi-thread` |
//! | `rayon` | no | rayon's `ThreadPool` as an [`Executor`] |
//! | `metrics` | no | metrics of pools, limiters, groups and processes by name, published through the crate `metrics`: [`observe`]; quantiles of the time that jobs wait and run |
//! | `console` | no | [`console`], a live page of what the process runs; enables `metrics` |
//! | `process` | no | worker processes on Linux, with serde for arguments and results: [`process`] |
//! | `postcard` | no | postcard as a second format for arguments and results of worker processes |
//! | `remote` | no | durable tasks on other machines, on Linux: [`remote`]; enables `process` |
//! | `tracing` | no | the caller's span and dispatcher in the body, events of worker processes, and events of the watchdog |
//! | `watchdog` | no | `Watchdog`, which reports tasks that block |
//! | `tower` | no | `WatchdogLayer`, which watches the requests of a service |
//!
//! `metrics` adds 7 crates, about 2 seconds to a release build on two cores, and 69 KiB to the
//! stripped binary; `console` adds 15 crates, 7 seconds and 272 KiB. `console` brings
//! `serde_json`, whose values can be compared with numbers and strings: in a program with that
//! crate, an empty list needs a type in some comparisons, as in `assert_eq!(bytes, [0_u8; 0])`.
//!
//! Without features the crate depends on no async runtime.
#![cfg_attr(
    not(feature = "metrics"),
    doc = "

[`observe`]: https://docs.rs/asyncify-runtime/latest/asyncify_runtime/observe"
)]
#![cfg_attr(
    not(all(feature = "process", target_os = "linux")),
    doc = "

[process]: https://docs.rs/asyncify-runtime/latest/asyncify_runtime/process
[`process`]: https://docs.rs/asyncify-runtime/latest/asyncify_runtime/process"
)]
#![cfg_attr(
    not(feature = "console"),
    doc = "

[`console`]: https://docs.rs/asyncify-runtime/latest/asyncify_runtime/console"
)]
#![cfg_attr(
    not(all(feature = "remote", target_os = "linux")),
    doc = "

[`remote`]: https://docs.rs/asyncify-runtime/latest/asyncify_runtime/remote"
)]
#![cfg_attr(
    not(all(feature = "macros", feature = "tokio")),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "links to the macros, and to a page with tokio"
    )
)]
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bound;
mod call;
mod cancel;
#[cfg(feature = "console")]
#[cfg_attr(docsrs, doc(cfg(feature = "console")))]
pub mod console;
mod error;
mod executor;
mod group;
mod limit;
#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub mod observe;
mod pool;
#[cfg(all(feature = "process", target_os = "linux"))]
pub mod process;
#[cfg(all(feature = "remote", target_os = "linux"))]
#[cfg_attr(docsrs, doc(cfg(feature = "remote")))]
pub mod remote;
mod stream;
mod sync;
mod task;
mod unblock;
mod util;
#[cfg(feature = "watchdog")]
mod watchdog;

#[doc(hidden)]
#[path = "macro_support/mod.rs"]
pub mod __private;

#[cfg(feature = "macros")]
#[cfg_attr(docsrs, doc(cfg(feature = "async_safe")))]
#[doc(inline)]
pub use crate::__private::macros::async_safe;
#[cfg(feature = "macros")]
#[doc(inline)]
pub use crate::__private::macros::{async_to_sync, main, sync_to_async};
pub use crate::bound::{Checkout, ThreadBound, ThreadBoundPool};
pub use crate::call::{
    BlockingCall, TimedCall, block_on, cancellation_token, check_cancelled, is_cancelled,
};
pub use crate::cancel::{CancellationToken, DropGuard};
pub use crate::error::{Error, Phase};
pub use crate::executor::{
    DedicatedThread, Executor, Inline, Rejected, ScopeExecutor, WhenReady, scope_executor,
    scope_thread,
};
pub use crate::group::TaskGroup;
pub use crate::limit::{Acquire, Limiter, LimiterMetrics, LimiterPermit};
#[cfg(feature = "metrics")]
pub use crate::pool::Quantiles;
pub use crate::pool::{
    BlockingPool, BlockingPoolBuilder, DrainGuard, Leftover, Permit, PoolMetrics, ReserveError,
    Shutdown, TrySpawnError, cpu, global, spawn_blocking,
};
pub use crate::stream::BlockingStream;
pub use crate::stream::map::Map;
pub use crate::task::{Job, JoinError, JoinHandle};
pub use crate::unblock::{IntoInnerError, Unblock};
#[cfg(feature = "watchdog")]
#[cfg_attr(docsrs, doc(cfg(feature = "watchdog")))]
pub use crate::watchdog::{Stall, Watchdog, WatchdogBuilder, WatchdogMetrics, Watched};
#[cfg(feature = "tower")]
pub use crate::watchdog::{WatchdogLayer, WatchdogService};

#[cfg(all(doc, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../docs/coming-from.md")]
pub mod coming_from {}

/// The programs of the README.
#[cfg(all(doctest, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../README.md")]
mod readme {}
