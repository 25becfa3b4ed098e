//! How generated code makes a call.

#![expect(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "what is public here is for generated code"
)]

use std::time::Duration;

#[cfg(feature = "remote")]
use super::call::RawCall;
use super::call::{Call, ProcessCall};
use super::codec::Codec;
#[cfg(feature = "remote")]
use super::context::Headers;
use super::pool::Pool;
use super::task::{Outcome, Sent, Task};
use super::wire::{self, Kind, WireError};
use crate::error::Error;
use crate::error::process::{ProcessError, Side};
use crate::sync::{AtomicU64, Ordering};

/// The options of a function.
#[derive(Clone, Copy)]
pub struct Options {
    codec: Codec,
    timeout: Option<Duration>,
    detached: bool,
}

impl Options {
    /// The defaults.
    pub const fn new() -> Self {
        Self { codec: Codec::MessagePack, timeout: None, detached: false }
    }

    /// Overrides the pool's time-out.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// The call runs on when its future is dropped.
    pub const fn detached(self) -> Self {
        Self { detached: true, ..self }
    }

    /// Encodes with postcard.
    #[cfg(feature = "postcard")]
    pub const fn postcard(self) -> Self {
        Self { codec: Codec::Postcard, ..self }
    }
}

/// The arguments of a call, encoded one by one, so that they may be borrowed.
pub struct Arguments {
    task: &'static Task,
    /// Or why there will be no call.
    pool: Result<Pool, Error>,
    options: Options,
    id: u64,
    frame: Vec<u8>,
}

impl Arguments {
    /// None yet.
    pub fn new(task: &'static Task, pool: Result<Pool, Error>, options: Options) -> Self {
        let id = next_id();
        let mut frame = wire::begin(Kind::Call, options.codec.byte(), id);
        frame.extend_from_slice(&task.id().to_le_bytes());
        Self { task, pool, options, id, frame }
    }

    /// Encodes the next one.
    pub fn push<T: ?Sized + Sent>(&mut self, argument: &T) {
        if self.pool.is_ok() {
            if let Err(detail) = self.options.codec.encode(argument, &mut self.frame) {
                self.pool = Err(ProcessError::Encode { side: Side::Caller, detail }.into());
            }
        }
    }
}

/// The call with these arguments.
pub fn call<R: Outcome>(arguments: Arguments) -> ProcessCall<R> {
    let Arguments { task, mut pool, options, id, mut frame } = arguments;
    let sealed = pool.as_ref().map_or(Ok(()), |pool| wire::seal(&mut frame, pool.max_payload()));
    if let Err(error) = sealed {
        pool = Err(too_large(error, Side::Caller).into());
    }
    ProcessCall::new(Call::new(task, id, frame, options.timeout, options.detached, pool))
}

/// The call of a task whose arguments are encoded already, with the headers of its caller.
#[cfg(feature = "remote")]
pub(crate) fn encoded_call(
    task: &'static Task,
    pool: &Pool,
    (codec, arguments): (u8, &[u8]),
    headers: Option<Headers>,
    timeout: Option<Duration>,
) -> RawCall {
    let id = next_id();
    let mut frame = wire::begin(Kind::Call, codec, id);
    frame.extend_from_slice(&task.id().to_le_bytes());
    frame.extend_from_slice(arguments);
    let sealed = wire::seal(&mut frame, pool.max_payload());
    let pool = sealed.map(|()| pool.clone()).map_err(|error| too_large(error, Side::Worker).into());
    RawCall::new(Call::new(task, id, frame, timeout, false, pool).with_headers(headers))
}

/// The error of a frame that cannot be sealed.
pub(crate) fn too_large(error: WireError, side: Side) -> ProcessError {
    match error {
        WireError::TooLong { bytes, limit } => ProcessError::TooLarge { side, bytes, limit },
        other => ProcessError::Protocol { detail: other.to_string() },
    }
}

/// Separates the id of the task from the arguments.
pub(crate) fn split_task_id(payload: &[u8]) -> Option<(u64, &[u8])> {
    let (id, arguments) = payload.split_first_chunk()?;
    Some((u64::from_le_bytes(*id), arguments))
}

/// The number of a call.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // Relaxed: the numbers need only differ.
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The pool that a function names.
pub fn pool(pool: &Pool) -> Result<Pool, Error> {
    Ok(pool.clone())
}

/// The pool of a function that names none.
pub fn global() -> Result<Pool, Error> {
    super::global::global().cloned()
}
