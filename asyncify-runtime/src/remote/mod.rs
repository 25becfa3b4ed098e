//! Durable tasks that run on other machines.
//!
//! A function marked `#[sync_to_async(remote)]` keeps its signature. A call of it is stored by an
//! [`Engine`] in a queue; a [`Worker`], of any program that has the function, takes it from there,
//! runs it on a thread or in a worker process, and has the result stored and sent back. Storage,
//! delivery and leases are the engine's: [`Local`] is one within the program, and the crate
//! `asyncify-nats` has one on NATS JetStream. The page of [`Call`] has a program.
//!
//! The rules for signatures are those of [worker processes](crate::process): a `Result<T, E>` where
//! `E: From<Error>`, serde's traits, and no type parameters or receivers.
//!
//! Feature `remote`, on Linux.
//!
//! # At least once
//!
//! A task that was accepted is run until it has an outcome, even if callers, workers or the
//! engine's server die. So a function may run more than once: after the death of its worker, or if
//! that was cut off for longer than its lease. It must be safe to repeat, or be marked
//! `at_most_once`; then it may not run at all, and its caller needs a [`timeout`](Call::timeout),
//! as nobody reports the death of its worker.
//!
//! # Options
//!
//! | argument of `remote` | default | |
//! | --- | --- | --- |
//! | `name = "thumbnail.v1"` | the path of the function | identifies the function in all programs; choose one before the function moves |
//! | `queue = "images"` | `"default"` | |
//! | `timeout = "10m"` | none | limits the time of one attempt; [`Call::timeout`] limits the whole call |
//! | `retries = 3` | 3 | attempts after the first that crashed, timed out or had their worker die; errors and panics of the function are not repeated |
//! | `backoff = "2s"` | `"1s"` | the time before the second attempt, which doubles with each further one |
//! | `codec = "postcard"` | `"messagepack"` | as of worker processes |
//! | `on_drop = "detach"` | `"cancel"` | what happens to the task if the future is dropped |
//! | `at_most_once` | | the task is acknowledged before it runs; excludes `retries` and `backoff` |
//! | `engine = &ENGINE` | the [installed](install) one | |
//!
//! With `MessagePack` a struct in an argument may have a field more in a newer program, if it has
//! `#[serde(default)]` there: older and newer callers and workers then understand each other.

mod call;
mod engine;
mod envelope;
mod global;
mod local;
mod names;
mod task;
mod worker;

pub use self::call::{Call, cancel, result};
pub use self::engine::{
    BoxFuture, Consume, Deliveries, Delivery, Engine, Limits, Settlement, Submitted,
};
pub use self::envelope::{DeadLetter, Envelope, Outcome};
pub use self::global::{engine, install, install_carrier};
pub use self::local::{Local, LocalBuilder};
pub use self::names::{Namespace, QueueName, TaskId, TaskName};
pub use self::worker::{TaskOutcomes, Worker, WorkerMetrics};
pub use crate::error::remote::{NameKind, RemoteError};

#[doc(hidden)]
pub mod __private {
    //! The names in generated code.
    pub use super::call::{Arguments, call, engine};
    pub use super::global::engine as installed;
    pub use super::task::{Options, RemoteRegistration, RemoteTask};
    pub use crate::process::__private::*;
}
