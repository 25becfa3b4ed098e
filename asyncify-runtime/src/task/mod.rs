//! One blocking call, from the moment it is made until its result is taken.
//!
//! A task is one allocation ([`raw`]) that starts with its state word ([`state`]). It has two
//! faces: the [`Job`] that an executor runs or drops, and the [`JoinHandle`] that its caller
//! awaits, aborts or drops. Nothing here takes a lock or waits.
//!
//! # Rules
//!
//! 1. *References.* `Job` and handle own one reference each, counted in the state word. Whoever
//!    gives the last one back frees the task.
//! 2. *Stage.* It holds the body until somebody sets `CLAIMED`, which exactly one does: the job
//!    that runs, the handle that cancels, or the job that is dropped or rejected. From then on
//!    it is the claimer's, who runs or drops the body and leaves the output there. With
//!    `COMPLETE` it passes to the handle; if the handle is gone, it stays the claimer's. In both
//!    cases its owner empties it before giving the reference back.
//! 3. *The caller's context and the queue permit* follow the body: written before the task is shared
//!    (the permit: by the holder of the job, before `QUEUE_PERMIT` is set), then the claimer's, who
//!    takes them out. A panic's payload is then stored where the context was, and follows the output's
//!    rule.
//! 4. *Waker.* The slot is the handle's while `WAKER` is clear and `COMPLETE` is clear. `COMPLETE`
//!    found with `WAKER` set makes it the claimer's; found clear, nobody touches it again until
//!    the task is freed.
//! 5. *Task context.* Made by the holder of the job or by the running body, of which there is one at
//!    a time, and freed with the task; its fields are behind a lock of its own.
//! 6. *Unwinding.* User code (body, captures, output, payload, waker) runs only where a panic
//!    leaves the task in order: the pool's side catches everything.

mod body;
mod caller_context;
mod context;
pub(crate) mod current;
mod error;
mod executor;
mod job;
mod join;
#[cfg(all(test, asyncify_loom))]
mod models;
mod raw;
mod state;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

#[cfg(feature = "tracing")]
pub(crate) use body::path_of;
pub(crate) use body::{Body, SyncBody};
pub(crate) use caller_context::CallerContext;
pub(crate) use context::ContextWrapper;
pub use error::JoinError;
pub use executor::{Executor, Rejected, WhenReady};
pub use job::Job;
pub(crate) use job::{Finish, Fresh, RejectReason, spawnable};
pub use join::JoinHandle;
pub(crate) use raw::Progress;
