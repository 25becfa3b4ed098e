//! What a job does with the value, and its completion.

use std::io::{self, SeekFrom};

use super::buffer::{Buffer, FillFn};
use super::seek::SeekFn;
use super::storage::Storage;
use super::write_buffer::WriteFns;

pub(super) enum Operation<T> {
    /// Reads into the storage.
    Read(FillFn<T>, Buffer),
    /// Writes accepted bytes.
    Write(WriteFns<T>, Storage),
    Flush(WriteFns<T>),
    /// Seeks; a relative offset counts from the position of the value itself.
    Seek(SeekFn<T>, SeekFrom),
    /// Moves the value to the logical position.
    Align(SeekFn<T>, Ahead),
    /// Calls a closure with the value, or with the error of a job that never ran.
    Call(Closure<T>),
}

pub(super) type Closure<T> = Box<dyn FnOnce(io::Result<&mut T>) + Send>;

/// How far the value is ahead of the logical position; negative if it is behind.
#[derive(Clone, Copy)]
pub(super) struct Ahead(pub(super) i64);

pub(super) enum Completion {
    Read(Buffer, io::Result<usize>),
    Written(Written),
    Flushed(io::Result<()>),
    Sought(io::Result<u64>),
    Aligned(Ahead, io::Result<u64>),
    Called,
}

/// The end of a job that writes.
pub(super) struct Written {
    pub(super) storage: Storage,
    pub(super) result: io::Result<()>,
    /// The result of a flush after the bytes.
    pub(super) flushed: Option<io::Result<()>>,
}

impl<T> Operation<T> {
    /// Returns whether it writes accepted bytes.
    pub(super) fn writes(&self) -> bool {
        matches!(self, Self::Write(..))
    }

    /// Performs the operation on the value in `slot`, which it does not lose in a panic.
    pub(super) fn run(self, slot: &mut Option<Box<T>>) -> Completion {
        let value = slot.as_mut().expect("a job has the value");
        match self {
            Self::Read(fill, mut buffer) => {
                let result = fill(&mut buffer, slot);
                Completion::Read(buffer, result)
            }
            Self::Write(writer, bytes) => {
                let result = writer.write_all(value, &bytes);
                Completion::Written(Written { storage: bytes, result, flushed: None })
            }
            Self::Flush(writer) => Completion::Flushed(writer.flush(value)),
            Self::Seek(seek, position) => Completion::Sought(seek(value, position)),
            Self::Align(seek, ahead) => {
                let back = SeekFrom::Current(-ahead.0);
                Completion::Aligned(ahead, seek(value, back))
            }
            Self::Call(f) => {
                f(Ok(value));
                Completion::Called
            }
        }
    }

    /// Completes the operation with the error of a job that never ran.
    pub(super) fn fail(self, error: io::Error) -> Completion {
        match self {
            Self::Read(_, storage) => Completion::Read(storage, Err(error)),
            Self::Write(_, bytes) => {
                Completion::Written(Written { storage: bytes, result: Err(error), flushed: None })
            }
            Self::Flush(_) => Completion::Flushed(Err(error)),
            Self::Seek(..) => Completion::Sought(Err(error)),
            Self::Align(_, ahead) => Completion::Aligned(ahead, Err(error)),
            Self::Call(f) => {
                f(Err(error));
                Completion::Called
            }
        }
    }
}
