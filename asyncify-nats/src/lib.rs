//! Remote tasks of asyncify on NATS JetStream.
#![forbid(unsafe_code)]

mod connect;
mod consume;
mod dead;
mod delivery;
mod driver;
mod in_runtime;
mod inbox;
mod layout;
mod link;
mod nats;
mod operate;
mod outcomes;
mod pull;
mod running;
mod slots;
mod timestamp;

pub use self::connect::Builder;
pub use self::nats::Nats;
pub use self::operate::{QueueStatus, Status, WorkerStatus};
