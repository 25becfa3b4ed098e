//! A task: one blocking call, from its creation until its result is taken.
//!
//! A task is one allocation ([`raw`]) that starts with its state word ([`state`]); [`run`] and
//! [`cancel`] are the two ways in which it ends. It has two
//! owners: the [`Job`], which an executor runs or drops, and the [`JoinHandle`], which its caller
//! awaits, aborts or drops. Transitions of the state take no lock and never wait.
//!
//! # Rules
//!
//! 1. *References.* Job and handle own one reference each, counted in the state word. Dropping the
//!    last reference frees the task.
//! 2. *Stage.* The stage holds the body until `CLAIMED` is set. Exactly one party sets it, the
//!    claimer: the job when it is run, dropped or rejected, or the handle when it cancels. From
//!    then on the stage belongs to the claimer, which runs or drops the body and stores the output.
//!    When `COMPLETE` is set, the stage passes to the handle; if the handle is gone, it stays with
//!    the claimer. In both cases its owner empties it before it drops its reference.
//! 3. *Caller context and queue permit.* Both follow the body. They are written before the task is
//!    shared (the permit: by the owner of the job, before `QUEUE_PERMIT` is set), then belong to
//!    the claimer, which takes them out. A panic's payload is then stored in the place of the
//!    context, and follows the rule of the output.
//! 4. *Waker.* The slot belongs to the handle while `WAKER` and `COMPLETE` are clear. If `WAKER` is
//!    set when `COMPLETE` is set, the slot passes to the claimer; if `WAKER` is clear then, the
//!    slot is not touched again until the task is freed.
//! 5. *Task context.* It is made by the owner of the job or by the running body, of which there is
//!    one at a time, and freed with the task. Its fields are behind a lock of its own.
//! 6. *Unwinding.* User code (body, captures, output, payload, waker) runs only where a panic
//!    leaves the task consistent: the side of the pool catches every panic.

mod body;
mod caller_context;
mod cancel;
mod context;
pub(crate) mod current;
mod error;
mod executor;
mod job;
mod join;
#[cfg(all(test, asyncify_loom))]
mod models;
#[cfg(feature = "console")]
pub(crate) mod profile;
mod raw;
mod run;
mod state;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;

#[cfg(any(feature = "tracing", feature = "console"))]
pub(crate) use body::path_of;
pub(crate) use body::{Body, SyncBody};
pub(crate) use caller_context::CallerContext;
pub(crate) use cancel::Progress;
pub(crate) use context::ContextWrapper;
pub use error::JoinError;
pub use executor::{Executor, Rejected, WhenReady};
pub use job::Job;
pub(crate) use job::{Finish, RejectReason, UnsubmittedTask, spawnable};
pub use join::JoinHandle;
