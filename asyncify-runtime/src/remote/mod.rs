//! Durable tasks that run on other machines.
//!
//! A caller makes an [`Envelope`], an [`Engine`] stores it in a queue, and a worker of any program that
//! has the function takes it from there, runs it, and has the engine store its [`Outcome`]. Storage,
//! delivery and leases are the engine's; functions, time-outs and retries are of this module.

mod engine;
mod envelope;
mod names;

pub use self::engine::{
    BoxFuture, Consume, Deliveries, Delivery, Engine, Limits, Settlement, Submitted,
};
pub use self::envelope::{DeadLetter, Envelope, Outcome};
pub use self::names::{QueueName, TaskId, TaskName};
pub use crate::error::remote::{NameKind, RemoteError};
