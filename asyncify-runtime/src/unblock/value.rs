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
//! While a job writes, or is queued to write, the owner passes further bytes to it in `accepted`,
//! and takes them back to append more. A job that has written its bytes swaps them with these, and
//! wakes the owner if it waits for room. If there are none, it flushes the value if the owner has
//! requested that, and checks again. It completes in the critical section in which it finds none,
//! so it writes all bytes that were passed to it, unless there is an error. After its
//! [time slice](TIME_SLICE) it takes bytes once more and closes: from then on the owner waits for
//! the end of the job, and passes only bytes that it had just taken back.
//!
//! An owner that waits for bytes while a job reads passes its consumed buffer as storage, if it may
//! read ahead. A job that has filled its buffer leaves it in `filled` then, wakes the owner, and
//! reads into the storage. It completes with its last buffer if that is not full, if there is no
//! storage, or after its [time slice](TIME_SLICE). The owner passes storage when it has taken all
//! bytes, so `filled` is empty. The job takes the storage in the critical section in which it sets
//! `filled`, so an owner that registers its waker while the storage is untaken misses nothing.
//!
//! The lock is held to change the state; no code of the user runs under it, be it that of the
//! value, an operation, a waker or a destructor.

mod read;

use std::io;
use std::mem;
use std::panic;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::thread;
use std::time::{Duration, Instant};

use self::read::ReadAhead;
use super::operation::{Completion, Operation, Written};
use super::storage::Storage;
use super::write_buffer::{Unwritten, WriteFns};
use crate::call::{Running, SpawnOptions};
use crate::sync::{Mutex, MutexGuard};
use crate::task::JoinError;
use crate::util::{catch, drop_quietly, wake};

/// The owner's side.
pub(super) struct Value<T: Send + 'static> {
    cell: Arc<Cell<T>>,
    /// The submitted job, until its end was observed.
    job: Option<Running<'static, ()>>,
    /// The owner may drop the value on its thread.
    drop_in_place: bool,
}

/// How long a job keeps reading ahead, or taking further bytes to write. Other jobs may wait for
/// its thread.
const TIME_SLICE: Duration = Duration::from_millis(1);

struct Cell<T>(Mutex<Contents<T>>);

struct Contents<T> {
    state: State<T>,
    /// Bytes that were passed to the job that writes, or storage for them.
    accepted: Storage,
    /// The owner's task, if it waits for the job to take these bytes, or to go on reading.
    waker: Option<Waker>,
    read_ahead: ReadAhead,
    /// The owner requests that the job flushes the value after these bytes.
    flush: bool,
    /// The job writes these bytes, and takes no more.
    closed: bool,
    /// [`TIME_SLICE`], or another one in tests.
    time_slice: Duration,
}

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
        let contents = Contents {
            state,
            accepted: Storage::default(),
            waker: None,
            read_ahead: ReadAhead::default(),
            flush: false,
            closed: false,
            time_slice: TIME_SLICE,
        };
        Self { cell: Arc::new(Cell(Mutex::new(contents))), job: None, drop_in_place: false }
    }

    #[cfg(test)]
    pub(super) fn set_time_slice(&mut self, time_slice: Duration) {
        self.cell.lock().time_slice = time_slice;
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
        let mut contents = self.cell.lock();
        let (value, completion) = match mem::replace(&mut contents.state, State::Gone) {
            State::Idle(value) => (value, None),
            State::Completed(value, completion) => (value, Some(completion)),
            State::Queued(value, operation) => {
                contents.state = State::Idle(value);
                drop(contents);
                let error = ended.err().unwrap_or_else(JoinError::cancelled);
                return Poll::Ready(Ok(Some(operation.fail(io::Error::other(error)))));
            }
            State::Running { .. } | State::Abandoned(_) | State::Gone => {
                let rest = contents.take_rest();
                drop(contents);
                drop_quietly(rest);
                return Poll::Ready(Err(job_error(ended.err())));
            }
        };
        contents.state = State::Idle(value);
        Poll::Ready(Ok(completion))
    }

    /// Submits a job.
    ///
    /// # Panics
    ///
    /// Panics if the value is not idle.
    pub(super) fn submit(&mut self, options: &SpawnOptions, operation: Operation<T>) {
        let value = self.take().expect("the caller has checked that the value is idle");
        let mut contents = self.cell.lock();
        contents.state = State::Queued(value, operation);
        contents.closed = false;
        drop(contents);
        let cell = self.cell.clone();
        self.job = Some(options.spawn(move || cell.run()));
    }

    /// Takes the value if it is idle.
    pub(super) fn take(&mut self) -> Option<Box<T>> {
        let mut contents = self.cell.lock();
        match mem::replace(&mut contents.state, State::Gone) {
            State::Idle(value) => Some(value),
            other => {
                contents.state = other;
                None
            }
        }
    }

    /// Returns the value to the cell.
    pub(super) fn put_back(&mut self, value: Box<T>) {
        self.cell.lock().state = State::Idle(value);
    }

    /// Passes bytes to the job that writes, or is queued to write.
    ///
    /// # Errors
    ///
    /// Returns the bytes if there is no such job.
    pub(super) fn pass(&self, bytes: Storage) -> Result<(), Storage> {
        let mut contents = self.cell.lock();
        if !contents.state.writes() {
            return Err(bytes);
        }
        contents.accepted = bytes;
        Ok(())
    }

    /// Takes back the bytes that were passed to the job and that it has not taken, or storage.
    ///
    /// Pending if there are `full` or more of them, or the job takes no more. The task is woken
    /// when the job takes them; the caller sees to it that the end of the job wakes the task, too.
    pub(super) fn poll_take_back(&self, full: usize, cx: &mut Context<'_>) -> Poll<Storage> {
        let mut waker: Option<Waker> = None;
        loop {
            let mut contents = self.cell.lock();
            if !contents.state.writes() || (contents.accepted.len() < full && !contents.closed) {
                if waker.is_none() {
                    return Poll::Ready(mem::take(&mut contents.accepted));
                }
                // Its destructor, which may panic, comes before any bytes are taken.
                drop(contents);
                waker = None;
            } else if let Some(waker) = waker {
                let previous = contents.waker.replace(waker);
                drop(contents);
                drop_quietly(previous);
                return Poll::Pending;
            } else {
                drop(contents);
                waker = Some(cx.waker().clone());
            }
        }
    }

    /// Requests that the job that writes, or is queued to write, flushes the value after the last
    /// byte. Does nothing if there is no such job.
    pub(super) fn request_flush(&self) {
        let mut contents = self.cell.lock();
        contents.flush = contents.state.writes();
    }

    /// If the job has completed its operation, lets [`poll_idle`](Self::poll_idle) return that
    /// without waiting for the end of the job.
    pub(super) fn forget_completed_job(&mut self) {
        if matches!(self.cell.lock().state, State::Completed(..)) {
            self.job = None;
        }
    }

    /// Takes back the bytes that a completed job has not taken, and clears what was requested.
    pub(super) fn take_back(&self) -> Storage {
        let (bytes, waker) = self.cell.lock().take_rest();
        drop_quietly(waker);
        bytes
    }

    /// Abandons the value: a job writes `unwritten`, and drops the value on a blocking thread. With
    /// `drop_in_place` there is no job for the drop alone.
    pub(super) fn abandon(&mut self, options: &SpawnOptions, mut unwritten: Option<Unwritten<T>>) {
        let mut contents = self.cell.lock();
        let (accepted, waker) = contents.take_rest();
        if let Some(unwritten) = unwritten.as_mut().filter(|unwritten| unwritten.bytes.is_empty()) {
            unwritten.bytes = accepted;
        }
        let state = mem::replace(&mut contents.state, State::Gone);
        if let State::Running { .. } = state {
            contents.state = State::Abandoned(unwritten.take());
        }
        drop(contents);
        drop_quietly(waker);
        let (value, operation, completion) = match state {
            State::Idle(value) => (value, None, None),
            State::Completed(value, completion) => (value, None, Some(completion)),
            State::Queued(value, operation) => (value, Some(operation), None),
            State::Running { writes } => {
                if writes {
                    // Detached, so that it is not cancelled.
                    drop(self.job.take().map(Running::into_handle));
                }
                return;
            }
            State::Abandoned(_) | State::Gone => return,
        };
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

impl<T> State<T> {
    /// Returns whether a job writes, or is queued to write.
    fn writes(&self) -> bool {
        match self {
            Self::Queued(_, operation) => operation.writes(),
            Self::Running { writes } => *writes,
            _ => false,
        }
    }
}

impl<T: Send + 'static> Cell<T> {
    fn lock(&self) -> MutexGuard<'_, Contents<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a job.
    fn run(&self) {
        let mut contents = self.lock();
        let (value, operation) = match mem::replace(&mut contents.state, State::Gone) {
            State::Queued(value, operation) => (value, operation),
            other => {
                // The owner has taken the operation back.
                contents.state = other;
                return;
            }
        };
        contents.state = State::Running { writes: operation.writes() };
        let time_slice = contents.time_slice;
        drop(contents);
        let mut slot = Some(value);
        match operation {
            Operation::Write(write_fns, bytes) => self.write(write_fns, bytes, slot, time_slice),
            Operation::Read(fill, buffer) => self.read(fill, buffer, slot, time_slice),
            operation => {
                let result = catch(|| operation.run(&mut slot));
                Self::complete(self.lock(), result, slot);
            }
        }
    }

    /// Writes bytes, and those that the owner passes meanwhile, and flushes if it requests that.
    fn write(
        &self,
        write_fns: WriteFns<T>,
        bytes: Storage,
        mut slot: Option<Box<T>>,
        time_slice: Duration,
    ) {
        let start = Instant::now();
        let mut written = Written { storage: bytes, result: Ok(()), flushed: None };
        loop {
            let bytes = &written.storage;
            match catch(|| write_fns.write_all(value_in(&mut slot), bytes)) {
                Ok(result) => written.result = result,
                Err(payload) => return Self::complete(self.lock(), Err(payload), slot),
            }
            let mut contents = self.lock();
            if written.result.is_ok() && contents.take_flush() {
                drop(contents);
                match catch(|| write_fns.flush(value_in(&mut slot))) {
                    Ok(result) => written.flushed = Some(result),
                    Err(payload) => return Self::complete(self.lock(), Err(payload), slot),
                }
                contents = self.lock();
            }
            let failed = written.result.is_err() || matches!(written.flushed, Some(Err(_)));
            if failed || !contents.take_accepted(&mut written.storage) {
                return Self::complete(contents, Ok(Completion::Written(written)), slot);
            }
            // These are not flushed.
            written.flushed = None;
            contents.closed = start.elapsed() >= time_slice;
            let waker = contents.waker.take();
            drop(contents);
            if let Some(waker) = waker {
                wake(waker);
            }
        }
    }

    /// Completes a job.
    fn complete(
        mut contents: MutexGuard<'_, Contents<T>>,
        result: thread::Result<Completion>,
        slot: Option<Box<T>>,
    ) {
        let previous = mem::replace(&mut contents.state, State::Gone);
        match (result, slot) {
            (Ok(completion), Some(value)) => {
                if let State::Abandoned(unwritten) = previous {
                    drop(contents);
                    finish(value, unwritten, Some(&completion));
                } else {
                    contents.state = State::Completed(value, completion);
                }
            }
            (Ok(_), None) => unreachable!("an operation returns the value"),
            (Err(payload), value) => {
                drop(contents);
                drop_quietly(value);
                panic::resume_unwind(payload);
            }
        }
    }
}

/// Returns the value that a job uses.
fn value_in<T>(slot: &mut Option<Box<T>>) -> &mut T {
    slot.as_mut().expect("a job has the value")
}

impl<T> Contents<T> {
    /// Takes the request of a flush, if it concerns the bytes that are written.
    fn take_flush(&mut self) -> bool {
        self.state.writes() && self.accepted.is_empty() && mem::take(&mut self.flush)
    }

    /// Puts the accepted bytes in the place of those that are written. Returns `false` if there are
    /// none.
    fn take_accepted(&mut self, bytes: &mut Storage) -> bool {
        if !self.state.writes() || self.accepted.is_empty() {
            return false;
        }
        bytes.clear();
        mem::swap(bytes, &mut self.accepted);
        true
    }

    /// Takes what the owner has passed to a job that has ended, or that it abandons.
    fn take_rest(&mut self) -> (Storage, Option<Waker>) {
        self.flush = false;
        (mem::take(&mut self.accepted), self.waker.take())
    }
}

/// Writes and flushes the remaining bytes, and drops the value. Errors are ignored.
fn finish<T>(mut value: Box<T>, unwritten: Option<Unwritten<T>>, completion: Option<&Completion>) {
    if let Some(Unwritten { write_fns, bytes }) = unwritten {
        // After an error, bytes that were accepted meanwhile must not follow the gap.
        if !matches!(completion, Some(Completion::Written(Written { result: Err(_), .. }))) {
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
