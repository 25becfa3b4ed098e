//! The value, and the job that uses it.
//!
//! # Protocol
//!
//! The owner (the `Unblock`) and at most one job share a cell, which holds the value. A job takes
//! the value out while it uses it, and no longer. So a job that is cancelled, rejected or discarded
//! before it starts owns nothing, neither the value nor the bytes to write.
//!
//! | state | set by | next |
//! | --- | --- | --- |
//! | `Idle` | the owner | the owner submits a job, or takes the value |
//! | `Queued` | the owner | the job starts; or the owner finds that it never will, and takes value and operation back |
//! | `Running` | the job | the job completes; or the owner is dropped and leaves the rest to the job |
//! | `Completed` | the job | the owner takes the completion |
//! | `Abandoned` | the owner, when it is dropped | the job writes the rest, and drops the value |
//! | `Gone` | either | nothing |
//!
//! The lock is held to change the state; no code of the user runs under it, be it that of the
//! value, an operation or a destructor.

use std::io;
use std::mem;
use std::panic;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

use super::operation::{Completion, Operation};
use super::write_buffer::Unwritten;
use crate::call::{Running, SpawnOptions};
use crate::sync::{Mutex, MutexGuard};
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// The owner's side.
pub(super) struct Value<T: Send + 'static> {
    cell: Arc<Cell<T>>,
    /// The submitted job, until its end was observed.
    job: Option<Running<'static, ()>>,
    /// The owner may drop the value on its thread.
    drop_in_place: bool,
}

struct Cell<T>(Mutex<State<T>>);

enum State<T> {
    Idle(Box<T>),
    Queued(Box<T>, Operation<T>),
    Running {
        /// The job writes accepted bytes, so it is not cancelled.
        writes: bool,
    },
    Completed(Box<T>, Completion),
    Abandoned(Option<Unwritten<T>>),
    /// The value was taken, or lost in a panic.
    Gone,
}

impl<T: Send + 'static> Value<T> {
    pub(super) fn new(value: T) -> Self {
        let state = State::Idle(Box::new(value));
        Self { cell: Arc::new(Cell(Mutex::new(state))), job: None, drop_in_place: false }
    }

    pub(super) fn set_drop_in_place(&mut self) {
        self.drop_in_place = true;
    }

    /// Returns whether a job was submitted whose end was not observed.
    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Ready when the value is idle, with the completion of its job if there was one.
    ///
    /// # Errors
    ///
    /// If the value is lost.
    ///
    /// # Panics
    ///
    /// Resumes the panic in which the value was lost.
    pub(super) fn poll_idle(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Completion>>> {
        let ended = match &mut self.job {
            Some(job) => ready!(job.poll_result(cx)),
            None => Ok(()),
        };
        self.job = None;
        let mut state = self.cell.lock();
        let (value, completion) = match mem::replace(&mut *state, State::Gone) {
            State::Idle(value) => (value, None),
            State::Completed(value, completion) => (value, Some(completion)),
            State::Queued(value, operation) => {
                *state = State::Idle(value);
                drop(state);
                let error = ended.err().unwrap_or_else(JoinError::cancelled);
                return Poll::Ready(Ok(Some(operation.fail(io::Error::other(error)))));
            }
            State::Running { .. } | State::Abandoned(_) | State::Gone => {
                drop(state);
                return Poll::Ready(Err(job_error(ended.err())));
            }
        };
        *state = State::Idle(value);
        Poll::Ready(Ok(completion))
    }

    /// Submits a job.
    ///
    /// # Panics
    ///
    /// Panics if the value is not idle.
    pub(super) fn submit(&mut self, options: &SpawnOptions, operation: Operation<T>) {
        let value = self.take().expect("the caller has checked that the value is idle");
        *self.cell.lock() = State::Queued(value, operation);
        let cell = self.cell.clone();
        self.job = Some(options.spawn(move || cell.run()));
    }

    /// Takes the value if it is idle.
    pub(super) fn take(&mut self) -> Option<Box<T>> {
        let mut state = self.cell.lock();
        match mem::replace(&mut *state, State::Gone) {
            State::Idle(value) => Some(value),
            other => {
                *state = other;
                None
            }
        }
    }

    /// Returns the value to the cell.
    pub(super) fn put_back(&mut self, value: Box<T>) {
        *self.cell.lock() = State::Idle(value);
    }

    /// Abandons the value: a job writes `unwritten`, and drops the value on a blocking thread. With
    /// `drop_in_place` there is no job for the drop alone.
    pub(super) fn abandon(&mut self, options: &SpawnOptions, unwritten: Option<Unwritten<T>>) {
        let mut state = self.cell.lock();
        let (value, operation, completion) = match mem::replace(&mut *state, State::Gone) {
            State::Idle(value) => (value, None, None),
            State::Completed(value, completion) => (value, None, Some(completion)),
            State::Queued(value, operation) => (value, Some(operation), None),
            State::Running { writes } => {
                *state = State::Abandoned(unwritten);
                drop(state);
                if writes {
                    // Detached, so that it is not cancelled.
                    drop(self.job.take().map(Running::into_handle));
                }
                return;
            }
            State::Abandoned(_) | State::Gone => return,
        };
        drop(state);
        // The job has not started, or has ended.
        self.job = None;
        let operation = operation.filter(|operation| matches!(operation, Operation::Write(..)));
        let may_block = mem::needs_drop::<T>() && !self.drop_in_place;
        if operation.is_some() || unwritten.is_some() || may_block {
            options.spawn_guaranteed(move || {
                let mut slot = Some(value);
                let completion = operation.map(|operation| operation.run(&mut slot)).or(completion);
                if let Some(value) = slot {
                    finish(value, unwritten, completion.as_ref());
                }
            });
        }
    }
}

impl<T> Cell<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a job.
    fn run(&self) {
        let mut state = self.lock();
        let (value, operation) = match mem::replace(&mut *state, State::Gone) {
            State::Queued(value, operation) => (value, operation),
            other => {
                // The owner has taken the operation back.
                *state = other;
                return;
            }
        };
        *state = State::Running { writes: matches!(operation, Operation::Write(..)) };
        drop(state);
        let mut slot = Some(value);
        let result = catch(|| operation.run(&mut slot));
        let mut state = self.lock();
        let previous = mem::replace(&mut *state, State::Gone);
        match (result, slot) {
            (Ok(completion), Some(value)) => {
                if let State::Abandoned(unwritten) = previous {
                    drop(state);
                    finish(value, unwritten, Some(&completion));
                } else {
                    *state = State::Completed(value, completion);
                }
            }
            (Ok(_), None) => unreachable!("an operation returns the value"),
            (Err(payload), value) => {
                drop(state);
                drop_quietly(value);
                panic::resume_unwind(payload);
            }
        }
    }
}

/// Writes and flushes the remaining bytes, and drops the value. Errors are ignored.
fn finish<T>(mut value: Box<T>, unwritten: Option<Unwritten<T>>, completion: Option<&Completion>) {
    if let Some(Unwritten { write_fns, bytes }) = unwritten {
        // After an error, bytes that were accepted meanwhile must not follow the gap.
        if !matches!(completion, Some(Completion::Written(_, Err(_)))) {
            _ = write_fns.write_all(&mut value, &bytes);
        }
        _ = write_fns.flush(&mut value);
    }
}

/// Returns the error of an operation on a lost value.
pub(super) fn lost_error() -> io::Error {
    io::Error::other("the value was lost in a panic, or with the executor that used it")
}

/// Returns the error of the operation whose job has lost the value.
///
/// # Panics
///
/// Resumes the panic of the job.
pub(super) fn job_error(error: Option<JoinError>) -> io::Error {
    match error.map(JoinError::try_into_panic) {
        Some(Ok(payload)) => panic::resume_unwind(payload),
        Some(Err(error)) => io::Error::other(error),
        None => lost_error(),
    }
}
