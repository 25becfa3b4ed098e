//! Worker processes: blocking code that can crash, leak or hang without taking the program along.
//!
//! A function marked `#[sync_to_async(process)]` runs in a process of its own, which is this same
//! program, started again. It is the only place where blocking code can be *killed*: a time-out
//! that ends the work, a crash in a C library that costs one call, a leak that ends with its
//! worker. The price is that arguments and results are copied, so that they must implement serde's
//! traits, and a few tens of microseconds a call.
//!
//! ```
//! use asyncify_runtime::{Error, sync_to_async};
//!
//! #[sync_to_async(process(timeout = "5s"))]
//! fn decode(image: &[u8]) -> Result<(u32, u32), Error> {
//!     // A decoder in C, and an image from somewhere.
//! #   Ok((image[0].into(), image[1].into()))
//! }
//!
//! #[asyncify_runtime::main]
//! # fn main() -> Result<(), Error> { futures::executor::block_on(async {
//! # /*
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//! # */
//!     let (width, height) = decode(&[4, 3]).await?;
//!     assert_eq!((width, height), (4, 3));
//!     Ok(())
//! # }) }
//! # /*
//! }
//! # */
//! ```
//!
//! The function must return a `Result<T, E>` with `E: From<Error>`, as the process may fail where
//! the function does not; [`Error`](crate::Error) itself is serde's, so that it can be `E`. Borrowed
//! arguments are encoded when the function is called, and the future borrows nothing. Type
//! parameters, receivers and `async` are errors: the worker finds a function by its name alone.
//!
//! When that is worth it, and what it costs: [`threads_or_processes`].
//!
//! # What happens when
//!
//! | in the function | the caller gets | the worker |
//! | --- | --- | --- |
//! | it returns | its result | goes on |
//! | it panics | [`Panicked`](ProcessError::Panicked) | goes on |
//! | it aborts, exits, overflows its stack, is killed by a signal | [`Crashed`](ProcessError::Crashed) | is replaced |
//! | it allocates more than [`memory_limit`](Builder::memory_limit) | [`Crashed`](ProcessError::Crashed) | is replaced |
//! | it runs longer than [`timeout`](Builder::timeout) | [`TimedOut`](ProcessError::TimedOut) | is killed and replaced |
//! | its caller is dropped | – | is killed and replaced |
//! | the program ends, however | – | ends |
//!
//! A call whose worker has died *before* it has read it is given to another worker once. One that
//! has begun is never repeated, since it may have had effects.
//!
//! # Its caller, and its log
//!
//! With the feature `tracing` the function runs in a span that stands for its caller's current one,
//! and its events come back into that span: the caller's subscriber sees them with their level,
//! target, message and fields, while the function runs, on a thread of the pool. Levels that no
//! subscriber of the program takes are not sent. Of one call come at most 1000 events, with texts of
//! at most 16 KiB; how many more there were is said in a last one.
//!
//! The values of the span's own fields need `SpanFields`, a layer in the caller's subscriber (feature
//! `span_fields`). An [initializer](Builder::initializer) may install a subscriber of the worker's
//! own; then nothing is sent.
//!
//! Anything else, such as a W3C `traceparent`, is brought by a [carrier](crate::carrier).
//!
//! # How it works
//!
//! A worker is a new start of the running image, never a fork. It talks over one socket pair,
//! which it gets as its stdin and then replaces by the null device; so the function may print and
//! read as it likes. A thread of the program, one for each worker, reads the answers and watches
//! the process; requests are written by the caller itself where a worker is idle. No memory and no
//! lock is shared, so that nothing is left behind locked.
//!
//! | part | file |
//! | --- | --- |
//! | frames, pure | `wire` |
//! | values to bytes | `codec` |
//! | functions and their registry | `task` |
//! | what a function sees of its caller, and the caller of its log | `context`, `trace` |
//! | one call and its future | `call` |
//! | one process, as callers and manager share it | `link` |
//! | queue, idle list, slots, books | `shared` |
//! | the manager thread | `manager`, `start` |
//! | the other side | `bootstrap`, `worker` |
//! | what the system offers | `sys` |

mod arguments;
mod bootstrap;
mod builder;
mod call;
mod codec;
mod context;
mod error;
mod global;
mod hello;
mod id;
mod link;
mod macros;
mod manager;
mod metrics;
mod pool;
mod shared;
mod start;
mod stderr;
mod sys;
mod task;
#[cfg(feature = "tracing")]
mod trace;
mod wire;
mod worker;

pub use self::bootstrap::init;
pub use self::builder::{Builder, Stderr};
pub use self::codec::Codec;
pub use self::context::Carrier;
pub use self::error::{Crash, OomHint, Panic, ProcessError, Side};
pub use self::global::global;
pub use self::metrics::{Calls, Ended, Metrics};
pub use self::pool::Pool;
pub use self::task::{Initialized, Initializer};
#[cfg(feature = "span_fields")]
#[cfg_attr(docsrs, doc(cfg(feature = "span_fields")))]
pub use self::trace::SpanFields;
pub(crate) use self::worker::is_cancelled;

#[cfg(doc)]
#[doc = include_str!("../../docs/threads-or-processes.md")]
pub mod threads_or_processes {}

#[doc(hidden)]
pub mod __private {
    //! What generated code names of this module.
    pub use super::arguments::{Arguments, Options, call, global, pool};
    pub use super::bootstrap::{TestEntry, become_worker};
    pub use super::task::{Answer, Refusal, Registration, Request, Task, lend};
    pub use inventory;
}

use crate::sync::{Mutex, MutexGuard};

/// Locks; what a panic has left behind here is as good as without it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
