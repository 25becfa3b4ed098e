//! The value, and the job that uses it.
//!
//! # Protocol
//!
//! The value lies in a cell that its owner (the `Unblock`) and at most one job share. A job takes it
//! out for the time in which it uses it, and for no longer: so a job that is cancelled, refused or
//! discarded before it begins has taken nothing along, neither the value nor the bytes to write.
//!
//! | state | set by | what comes next |
//! | --- | --- | --- |
//! | `Idle` | the owner | the owner sends a job, or takes the value |
//! | `Sent` | the owner | the job begins; or the owner sees that it never will, and takes both back |
//! | `Busy` | the job | the job ends; or the owner goes away and leaves the rest to it |
//! | `Done` | the job | the owner hears of the job's end |
//! | `Abandoned` | the owner, which goes away | the job does the rest, and drops the value |
//! | `Gone` | either | nothing |
//!
//! The lock is held to move from one state to the next; neither the value nor anything else of the
//! user's is used or dropped under it.

use std::io;
use std::mem;
use std::panic;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

use super::operation::{Completion, Operation};
use super::output::Unwritten;
use crate::call::Running;
use crate::call::SpawnOptions;
use crate::sync::{Mutex, MutexGuard};
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// The owner's side.
pub(super) struct Value<T: Send + 'static> {
    cell: Arc<Cell<T>>,
    /// The job that was sent, until its end is known.
    job: Option<Running<'static, ()>>,
}

struct Cell<T>(Mutex<State<T>>);

enum State<T> {
    Idle(Box<T>),
    Sent(Box<T>, Operation<T>),
    Busy {
        /// The job writes what was accepted, so it is not cancelled.
        writes: bool,
    },
    Done(Box<T>, Completion),
    Abandoned(Option<Unwritten<T>>),
    /// Taken, or lost in a panic.
    Gone,
}

impl<T: Send + 'static> Value<T> {
    pub(super) fn new(value: T) -> Self {
        let state = State::Idle(Box::new(value));
        Self { cell: Arc::new(Cell(Mutex::new(state))), job: None }
    }

    /// Whether a job was sent whose end is not known.
    pub(super) fn is_away(&self) -> bool {
        self.job.is_some()
    }

    /// Ready when the value is here, with what its job has done, if there was one.
    ///
    /// # Errors
    ///
    /// If the value is lost.
    ///
    /// # Panics
    ///
    /// With the panic in which it was lost.
    pub(super) fn poll_here(
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
            State::Done(value, completion) => (value, Some(completion)),
            State::Sent(value, operation) => {
                *state = State::Idle(value);
                drop(state);
                let error = ended.err().unwrap_or_else(JoinError::cancelled);
                return Poll::Ready(Ok(Some(operation.refuse(io::Error::other(error)))));
            }
            State::Busy { .. } | State::Abandoned(_) | State::Gone => {
                drop(state);
                return Poll::Ready(Err(lost_in(ended.err())));
            }
        };
        *state = State::Idle(value);
        Poll::Ready(Ok(completion))
    }

    /// Sends a job.
    ///
    /// # Panics
    ///
    /// If the value is not here.
    pub(super) fn send(&mut self, options: &SpawnOptions, operation: Operation<T>) {
        let value = self.take().expect("the caller has seen that the value is here");
        *self.cell.lock() = State::Sent(value, operation);
        let cell = self.cell.clone();
        self.job = Some(options.spawn(move || cell.run()));
    }

    /// The value, if it is here.
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

    /// The value is here again.
    pub(super) fn put_back(&mut self, value: Box<T>) {
        *self.cell.lock() = State::Idle(value);
    }

    /// Leaves the value, to be dropped on a blocking thread when `unwritten` is written.
    pub(super) fn abandon(&mut self, options: &SpawnOptions, unwritten: Option<Unwritten<T>>) {
        let mut state = self.cell.lock();
        let (value, operation, completion) = match mem::replace(&mut *state, State::Gone) {
            State::Idle(value) => (value, None, None),
            State::Done(value, completion) => (value, None, Some(completion)),
            State::Sent(value, operation) => (value, Some(operation), None),
            State::Busy { writes } => {
                *state = State::Abandoned(unwritten);
                drop(state);
                if writes {
                    // Detached: nobody asks it to stop.
                    drop(self.job.take().map(Running::into_handle));
                }
                return;
            }
            State::Abandoned(_) | State::Gone => return,
        };
        drop(state);
        // It never began, or has ended.
        self.job = None;
        let operation = operation.filter(|operation| matches!(operation, Operation::Write(..)));
        if operation.is_some() || unwritten.is_some() || mem::needs_drop::<T>() {
            options.spawn_guaranteed(move || {
                let mut value = value;
                let completion =
                    operation.map(|operation| operation.run(&mut value)).or(completion);
                finish(value, unwritten, completion.as_ref());
            });
        }
    }
}

impl<T> Cell<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a job does.
    fn run(&self) {
        let mut state = self.lock();
        let (mut value, operation) = match mem::replace(&mut *state, State::Gone) {
            State::Sent(value, operation) => (value, operation),
            other => {
                // The owner has gone, and has taken everything back.
                *state = other;
                return;
            }
        };
        *state = State::Busy { writes: matches!(operation, Operation::Write(..)) };
        drop(state);
        let result = catch(|| operation.run(&mut value));
        let mut state = self.lock();
        let before = mem::replace(&mut *state, State::Gone);
        match result {
            Ok(completion) => {
                if let State::Abandoned(unwritten) = before {
                    drop(state);
                    finish(value, unwritten, Some(&completion));
                } else {
                    *state = State::Done(value, completion);
                }
            }
            Err(payload) => {
                drop(state);
                drop_quietly(value);
                panic::resume_unwind(payload);
            }
        }
    }
}

/// Writes and flushes what is left, and drops the value. Nobody hears of errors.
fn finish<T>(mut value: Box<T>, unwritten: Option<Unwritten<T>>, before: Option<&Completion>) {
    if let Some(Unwritten { writer, bytes }) = unwritten {
        // After an error, what was accepted meanwhile must not follow the gap.
        if !matches!(before, Some(Completion::Written(_, Err(_)))) {
            _ = writer.write_all(&mut value, &bytes);
        }
        _ = writer.flush(&mut value);
    }
}

/// What every operation says when there is no value.
pub(super) fn lost() -> io::Error {
    io::Error::other("the value was lost, in a panic or with the executor that had it")
}

/// The same, where the job has just told why.
///
/// # Panics
///
/// With the panic of the job.
pub(super) fn lost_in(error: Option<JoinError>) -> io::Error {
    match error.map(JoinError::try_into_panic) {
        Some(Ok(payload)) => panic::resume_unwind(payload),
        Some(Err(error)) => io::Error::other(error),
        None => lost(),
    }
}
