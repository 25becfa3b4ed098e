#![doc = include_str!("../README.md")]
//!
//! # What is stored
//!
//! For the namespace `shop`:
//!
//! | name | content |
//! | --- | --- |
//! | stream `asyncify_shop_tasks`, subjects `asyncify.shop.task.QUEUE.ID` | tasks, until their outcome is stored |
//! | its consumers, one for each queue | which of them are leased |
//! | key-value bucket `asyncify_shop_outcomes`, keys `ID` | outcomes, for their time to live |
//! | stream `asyncify_shop_dead`, subjects `asyncify.shop.dead.QUEUE.ID` | dead letters |
//!
//! The descriptions of streams and consumers have the version of this layout. Programs of another
//! version refuse them with [`Layout`](asyncify_runtime::remote::RemoteError::Layout); two versions
//! can run beside each other in two namespaces.
//!
//! # Permissions
//!
//! With this configuration a server gives each user the rights that its role needs. The operator,
//! or the command `asyncify-nats create`, creates the streams; the other programs connect with
//! [`existing_only`](Builder::existing_only), as they may not.
//!
//! ```text
#![doc = include_str!("../docs/permissions.conf")]
//! ```
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
