//! Worker processes, for blocking code that may crash, leak or hang (feature `process`).
//!
//! A function marked `#[sync_to_async(process)]` runs in another process of the same program. Only
//! there can blocking code be *killed*: a time-out ends the work, a crash in a C library fails one
//! call, and a leak ends with its process. In return arguments and results are copied, so they must
//! implement serde's traits, and a call takes tens of microseconds.
//!
//! ```
//! use asyncify_runtime::{Error, sync_to_async};
//!
//! #[sync_to_async(process(timeout = "5s"))]
//! fn decode(image: &[u8]) -> Result<(u32, u32), Error> {
//!     // In place of a decoder in C, and an image from somewhere.
//!     Ok((image[0].into(), image[1].into()))
//! }
//!
//! #[asyncify_runtime::main]
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let (width, height) = decode(&[4, 3]).await?;
//!     assert_eq!((width, height), (4, 3));
//!     Ok(())
//! }
//! ```
//!
//! The function must return a `Result<T, E>` where `E: From<Error>`, since the process may fail as
//! well. [`Error`](crate::Error) itself implements serde's traits, so it can be `E`. Arguments are
//! encoded when the function is called; they may be borrowed, and the future borrows nothing. Type
//! parameters, receivers and `async` are not supported, because the worker finds a function by its
//! name.
//!
//! [`threads_processes_or_machines`] explains when to use processes, and what they cost.
//!
//! # Failures
//!
//! | the function | result | worker |
//! | --- | --- | --- |
//! | returns | its result | is kept |
//! | panics | [`Panicked`](ProcessError::Panicked) | is kept |
//! | aborts, exits, overflows its stack, or is killed by a signal | [`Crashed`](ProcessError::Crashed) | is replaced |
//! | allocates more than [`memory_limit`](Builder::memory_limit) | [`Crashed`](ProcessError::Crashed) | is replaced |
//! | exceeds its [`timeout`](Builder::timeout) | [`TimedOut`](ProcessError::TimedOut) | is killed and replaced |
//! | runs when its future is dropped | – | is killed and replaced |
//! | runs when the program ends | – | is killed |
//!
//! If a worker dies *before* it has read a call, the call is given to another worker, once. A call
//! that may have started is never repeated, since it may have had effects.
//!
//! # Tracing
//!
//! With the feature `tracing` the events of a function are recorded by the caller's subscriber, in
//! the caller's current span, while the function runs. Levels that no subscriber of the program
//! enables are not sent. At most 1000 events of a call are sent, with texts of at most 16 KiB; a
//! last event has the number of the others.
//!
//! The `Metadata` of an event is a static of its program, which cannot be sent. So an event arrives
//! as one with the target `asyncify_runtime::process`, its own level and message, and these fields,
//! all of them text:
//!
//! | field | value |
//! | --- | --- |
//! | `worker.target` | the target of the event |
//! | `worker.location` | its `file:line` |
//! | `worker.fields` | its other fields, as `name=value name=value` |
//! | `worker.spans` | the spans of the function, outermost first, as `name{field=value}:name` |
//!
//! Filters by level and target see those of the event itself. What is lost: fields as values of
//! their own with a type, the name of the event, and spans of the function that a subscriber could
//! open, time and close. A function that needs them installs a subscriber in the worker, by an
//! [initializer](Builder::initializer); then nothing is sent.
//!
//! The function runs in a span `caller`, with the fields `caller.span`, `caller.target` and
//! `caller.fields`. The last one needs the layer `SpanFields` in the caller's subscriber. Other
//! context, such as a W3C `traceparent`, is propagated by a [carrier](crate::carrier).
//!
//! # Implementation
//!
//! A worker is a new start of the running program, not a fork. It is connected by a socket pair,
//! which it receives as its stdin and replaces by the null device. Each worker has a manager thread
//! in the program, which reads the answers and watches the process. A caller writes its request to
//! an idle worker itself. The processes share no memory and no locks.
//!
//! | part | module |
//! | --- | --- |
//! | frames | `wire` |
//! | encoding of values | `codec` |
//! | functions and their registry | `task` |
//! | generated code's part of a call | `arguments` |
//! | a call: its states and its future | `call` |
//! | the caller's context, and events | `context`, `trace` |
//! | a worker, as shared by callers and manager | `link` |
//! | queue, idle list, slots, statistics | `shared` |
//! | manager threads | `manager`, `start`, `stderr` |
//! | the worker process | `bootstrap`, `setup`, `worker` |
//! | system calls | `sys` |

mod arguments;
mod bootstrap;
mod builder;
mod call;
mod codec;
mod context;
mod global;
mod link;
mod macros;
mod manager;
mod metrics;
mod pool;
mod setup;
mod shared;
mod start;
mod stderr;
mod sys;
mod task;
#[cfg(feature = "tracing")]
mod trace;
mod wire;
mod worker;
#[cfg(feature = "console")]
mod workers;

#[cfg(feature = "remote")]
pub(crate) use self::arguments::encoded_call;
pub use self::bootstrap::init;
pub use self::builder::{Builder, Stderr};
#[cfg(feature = "remote")]
pub(crate) use self::call::decoded;
pub use self::codec::Codec;
pub use self::context::Carrier;
#[cfg(feature = "remote")]
pub(crate) use self::context::Context;
pub use self::global::global;
#[cfg(feature = "metrics")]
pub(crate) use self::global::started;
pub use self::metrics::{Calls, Ended, Metrics};
pub use self::pool::Pool;
#[cfg(feature = "remote")]
pub(crate) use self::task::{Answer, Outcome, Request, Sent, Task, undecodable};
pub use self::task::{Initialized, Initializer};
#[cfg(all(feature = "remote", feature = "tracing"))]
pub(crate) use self::trace::Caller;
#[cfg(feature = "tracing")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub use self::trace::SpanFields;
pub(crate) use self::worker::is_cancelled;
#[cfg(feature = "console")]
pub(crate) use self::workers::Worker;
pub use crate::error::process::{Crash, OomHint, Panic, ProcessError, Side};

#[cfg(doc)]
#[doc = include_str!("../../docs/threads-processes-or-machines.md")]
pub mod threads_processes_or_machines {}

#[doc(hidden)]
pub mod __private {
    //! The names in generated code.
    pub use super::arguments::{Arguments, Options, call, global, pool};
    pub use super::bootstrap::{TestEntry, become_worker};
    pub use super::task::{Answer, Registration, Request, Task, lend};
    pub use crate::error::process::ProcessError as Refusal;
    pub use inventory;
}

use crate::sync::{Mutex, MutexGuard};

/// Locks, and ignores poisoning: no panic leaves the data of this module in a bad state.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
