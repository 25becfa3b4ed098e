//! A job that reads, and goes on while its reader takes the bytes.

use std::mem;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::super::buffer::{Buffer, FillFn};
use super::super::operation::Completion;
use super::{Cell, State, Value};
use crate::util::{catch, drop_quietly, wake};

/// What the owner and the job that reads pass to each other.
#[derive(Default)]
pub(super) struct ReadAhead {
    /// Storage from the owner, which waits for bytes. The job reads into it next.
    storage: Option<Buffer>,
    /// The bytes that the job had read before.
    filled: Option<Buffer>,
}

impl<T: Send + 'static> Value<T> {
    /// Passes storage to the job that reads, or is queued to read.
    pub(in super::super) fn pass_storage(&self, storage: Buffer) {
        self.cell.lock().read_ahead.storage = Some(storage);
    }

    /// Takes the bytes that the job has read before it went on.
    ///
    /// Pending if there are none. The task is woken when there are; the caller sees to it that the
    /// end of the job wakes the task, too.
    pub(in super::super) fn poll_filled(&self, cx: &mut Context<'_>) -> Poll<Buffer> {
        let mut waker: Option<Waker> = None;
        loop {
            let mut contents = self.cell.lock();
            if contents.read_ahead.storage.is_none() {
                let filled = contents.read_ahead.filled.take();
                drop(contents);
                drop_quietly(waker);
                return filled.map_or(Poll::Pending, Poll::Ready);
            } else if let Some(waker) = waker {
                let previous = contents.waker.replace(waker);
                drop(contents);
                drop_quietly(previous);
                return Poll::Pending;
            }
            drop(contents);
            waker = Some(cx.waker().clone());
        }
    }

    /// Takes the storage and the bytes that were passed to a completed job, or by it, and were not
    /// taken. There is only one of them.
    pub(in super::super) fn take_read_ahead(&self) -> (Option<Buffer>, Option<Buffer>) {
        let mut contents = self.cell.lock();
        let ReadAhead { storage, filled } = mem::take(&mut contents.read_ahead);
        let waker = contents.waker.take();
        drop(contents);
        drop_quietly(waker);
        (storage, filled)
    }
}

impl<T: Send + 'static> Cell<T> {
    /// Reads, and reads ahead into the storage that the owner passes meanwhile.
    pub(super) fn read(
        &self,
        fill: FillFn<T>,
        mut buffer: Buffer,
        mut slot: Option<Box<T>>,
        time_slice: Duration,
    ) {
        let start = Instant::now();
        loop {
            let result = match catch(|| fill(&mut buffer, &mut slot)) {
                Ok(result) => result,
                Err(payload) => return Self::complete(self.lock(), Err(payload), slot),
            };
            let more = buffer.is_full() && start.elapsed() < time_slice;
            let mut contents = self.lock();
            let goes_on = more && matches!(contents.state, State::Running { .. });
            let Some(storage) = contents.read_ahead.storage.take_if(|_| goes_on) else {
                return Self::complete(contents, Ok(Completion::Read(buffer, result)), slot);
            };
            contents.read_ahead.filled = Some(mem::replace(&mut buffer, storage));
            let waker = contents.waker.take();
            drop(contents);
            if let Some(waker) = waker {
                wake(waker);
            }
        }
    }
}
