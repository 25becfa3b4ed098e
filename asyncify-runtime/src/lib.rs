//! Turn blocking functions into true async ones.
//!
//! A blocking call inside async code stops the event loop: every other task of that thread waits.
//! [`#[sync_to_async]`](macro@sync_to_async) on a function makes it async and runs its body on a
//! pool of threads that may block; [`asyncify!`] does the same to a single call.
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use std::path::Path;
//!
//! use asyncify_runtime::{asyncify, sync_to_async};
//!
//! #[sync_to_async]
//! fn count_lines(path: &Path) -> std::io::Result<usize> {
//!     Ok(std::fs::read_to_string(path)?.lines().count()) // blocks a thread of the pool
//! }
//!
//! # futures::executor::block_on(async {
//! let lines = count_lines(Path::new("Cargo.toml")).await?;
//! let bytes = asyncify!(std::fs::metadata("Cargo.toml")).await?.len();
//! # assert!(lines > 0 && bytes > 0);
//! # Ok::<(), std::io::Error>(()) }).unwrap();
//! # }
//! ```
//!
//! Nothing is lent across threads: a `&Path` is made owned on the caller and borrowed again on the
//! pool, `&self` is a clone. The attribute's page has the rule for each kind of parameter.
//!
//! # Where to look
//!
//! | to | use |
//! | --- | --- |
//! | make a function, method, `impl` or trait async | [`#[sync_to_async]`](macro@sync_to_async) |
//! | make one call async, where it stands | [`asyncify!`], which gives a [`BlockingCall`] |
//! | start a closure now and await it later | [`spawn_blocking`], which gives a [`JoinHandle`] |
//! | keep some calls apart, bound them, count them | [`BlockingPool`] |
//! | compute rather than wait | [`cpu`], a pool with one thread a core |
//! | keep calls in order, on one thread | [`DedicatedThread`] |
//! | have at most so many at a time, or give up in time | `limit` and `timeout` on the attribute, [`Limiter`] |
//! | leave the choice to the application | [`scope_executor`], or an [`Executor`] to pass |
//! | run several calls, and join or cancel them together | [`TaskGroup`] |
//! | call one function on many items | [`BlockingPool::map`] |
//! | make a stream of a function that returns an iterator | `#[sync_to_async(stream)]`, which gives a [`BlockingStream`] |
//! | use a file, a reader, a writer or an iterator | [`Unblock`] |
//! | keep a value on its thread | [`ThreadBound`], and [`ThreadBoundPool`] for several |
//! | stop a long body early | [`is_cancelled`], [`check_cancelled`], [`cancellation_token`] |
//! | run code that may crash, leak or hang | `#[sync_to_async(process)]`, a worker [`process`] |
//! | wait for a future in a body | [`block_on`] |
//! | hear of a task that blocks the event loop | `Watchdog` (feature `watchdog`) |
//! | find the blocking calls that are left in async code | [`#[async_safe]`](macro@async_safe) (feature `async_safe`) |
//! | call an async function from sync code | [`#[async_to_sync]`](macro@async_to_sync) |
//!
//! # Which executor when
//!
//! Most calls name none, and run on the [global pool](global()): a thread for each that blocks.
//! What tells calls apart is what they do to their thread.
//!
//! - *They wait*, for disks, sockets, children or locks: the global pool, or a [`BlockingPool`] of
//!   their own, so that a slow disk does not hold up what a socket needs. How many may wait at once
//!   is a question to what they wait for: a `limit` on the function, a [`Limiter`] that functions
//!   share, or a pool with `max_threads`. A limit costs no thread for those who stand in line; a
//!   pool of its own also keeps its threads from others.
//! - *They compute*: [`cpu`], which has one thread a core. More would only take turns. Or rayon's
//!   `ThreadPool` (feature `rayon`), where the body is parallel in itself.
//! - *They use what is not `Send`*, or a library with thread-local state: make it on a
//!   [`DedicatedThread`] and keep it there, or put [`scope_thread`] around all that belongs
//!   together.
//! - *They must run in order*: a [`DedicatedThread`], [`scope_thread`], or a [`Limiter`] of one,
//!   which admits its callers first come, first served.
//! - *They may crash, leak, or never end*: no thread can be saved from those; let them ask
//!   [`is_cancelled`] where you can, give them a `timeout` so that the caller goes on, a pool of
//!   their own so that only that one is lost, or run them in a worker [`process`], by
//!   `#[sync_to_async(process)]`.
//! - *They are short*, or need what cannot move: `in_place` on the attribute, on a multi-thread
//!   runtime.
//! - *They are tested*: [`Inline`], by [`scope_executor`], without a thread; or tokio's `Handle`,
//!   for whose paused clock it then is work.
//!
//! A library names no executor and annotates; the application puts [`scope_executor`] around what
//! it awaits.
//!
//! # What holds for every call
//!
//! - It is lazy: it is submitted when its future is first polled.
//! - Dropped before that, or while it waits for a thread, it never runs. Dropped while it runs, the
//!   body goes on, because nothing can stop blocking code from outside; it can ask
//!   [`is_cancelled`]. An async body stops at its next `.await`.
//! - A panic of the body resumes where the call is awaited, and the thread lives on.
//! - The body sees the caller's tokio runtime, and its `tracing` span if that feature is on.
//! - The [default pool](global()) is one for the process, and nobody waits for it at exit: await
//!   what has to be finished, or [shut a pool of your own down](BlockingPool::shutdown).
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `macros` | yes | the attributes and [`asyncify!`] |
//! | `tokio` | yes | the caller's runtime in the body, and tokio's `Handle` as an [`Executor`]; only tokio's `rt` |
//! | `async_safe` | no | the attribute of that name, which finds calls that block in async code |
//! | `in_place` | no | the argument `in_place`; tokio's `rt-multi-thread` |
//! | `metrics` | no | how long the jobs of a pool wait and run, as quantiles |
//! | `process` | no | worker processes, on Linux: [`process`]; serde for arguments and results |
//! | `postcard` | no | a second format for what passes between them |
//! | `tower` | no | a layer that watches requests, with `watchdog` |
//! | `tracing` | no | the caller's span and dispatcher in the body; across processes its span, and the log of the function; reports of the watchdog |
//! | `span_fields` | no | the values of a span's fields across processes; a layer for `tracing-subscriber` |
//! | `watchdog` | no | reports of tasks that block the event loop, while they do: `Watchdog` |
//!
//! Without features it runs on any executor, and depends on no async runtime.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bound;
mod call;
mod cancel;
mod error;
mod executor;
mod group;
mod limit;
mod pool;
#[cfg(all(feature = "process", target_os = "linux"))]
pub mod process;
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
#[cfg(all(feature = "process", feature = "macros"))]
#[cfg_attr(docsrs, doc(cfg(feature = "process")))]
#[doc(inline)]
pub use crate::__private::macros::main;
#[cfg(feature = "macros")]
#[doc(inline)]
pub use crate::__private::macros::{async_to_sync, sync_to_async};
pub use crate::bound::{Checkout, ThreadBound, ThreadBoundPool};
pub use crate::call::{
    BlockingCall, CallFuture, TimedCall, TimedFuture, block_on, cancellation_token,
    check_cancelled, is_cancelled,
};
pub use crate::cancel::{CancellationToken, DropGuard};
pub use crate::error::{Error, Phase};
pub use crate::executor::{
    DedicatedThread, Executor, Inline, Rejected, ScopeExecutor, WhenReady, scope_executor,
    scope_thread,
};
pub use crate::group::TaskGroup;
pub use crate::limit::{Acquire, Limiter, LimiterPermit};
#[cfg(feature = "metrics")]
pub use crate::pool::Quantiles;
pub use crate::pool::{
    BlockingPool, BlockingPoolBuilder, Leftover, Permit, PoolMetrics, ReserveError, Shutdown,
    TrySpawnError, cpu, global, spawn_blocking,
};
pub use crate::stream::BlockingStream;
pub use crate::stream::map::{AsCompleted, InOrder, Map};
pub use crate::task::{Job, JoinError, JoinHandle};
pub use crate::unblock::{IntoInnerError, Unblock};
#[cfg(feature = "watchdog")]
#[cfg_attr(docsrs, doc(cfg(feature = "watchdog")))]
pub use crate::watchdog::{Stall, Watchdog, WatchdogBuilder, Watched};
#[cfg(feature = "tower")]
pub use crate::watchdog::{WatchdogLayer, WatchdogService};

/// The programs of the README, which is not there in the packaged crate.
#[cfg(all(doctest, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../../README.md")]
mod readme {}
