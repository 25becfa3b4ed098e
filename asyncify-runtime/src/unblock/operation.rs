//! What a job does with the value, and what came of it.

use std::io::{self, ErrorKind, SeekFrom};

use super::output::Writer;
use super::read::Reader;
use super::seek::Seeker;

pub(super) enum Operation<T> {
    /// Reads into storage.
    Read(Reader<T>, Vec<u8>),
    /// Writes what was accepted.
    Write(Writer<T>, Vec<u8>),
    Flush(Writer<T>),
    /// Moves the value, counted from its own position.
    Seek(Seeker<T>, SeekFrom),
    /// Moves the value to the position of its user.
    Align(Seeker<T>, Ahead),
    /// Calls a closure of the user's. The error says that it cannot be called.
    Call(Closure<T>),
}

pub(super) type Closure<T> = Box<dyn FnOnce(io::Result<&mut T>) + Send>;

/// How far a value is ahead of its user. Negative: the user is ahead.
#[derive(Clone, Copy)]
pub(super) struct Ahead(pub(super) i64);

pub(super) enum Completion {
    Read(Vec<u8>, io::Result<usize>),
    Written(Vec<u8>, io::Result<()>),
    Flushed(io::Result<()>),
    Sought(io::Result<u64>),
    Aligned(Ahead, io::Result<u64>),
    Called,
}

impl<T> Operation<T> {
    /// Does it.
    pub(super) fn run(self, value: &mut T) -> Completion {
        match self {
            Self::Read(reader, mut storage) => {
                let result = loop {
                    match reader.read(value, &mut storage) {
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        result => break result,
                    }
                };
                Completion::Read(storage, result)
            }
            Self::Write(writer, bytes) => {
                let result = writer.write_all(value, &bytes);
                Completion::Written(bytes, result)
            }
            Self::Flush(writer) => Completion::Flushed(writer.flush(value)),
            Self::Seek(seeker, position) => Completion::Sought(seeker.seek(value, position)),
            Self::Align(seeker, ahead) => {
                let back = SeekFrom::Current(-ahead.0);
                Completion::Aligned(ahead, seeker.seek(value, back))
            }
            Self::Call(f) => {
                f(Ok(value));
                Completion::Called
            }
        }
    }

    /// Ends it with the error of a job that never ran.
    pub(super) fn refuse(self, error: io::Error) -> Completion {
        match self {
            Self::Read(_, storage) => Completion::Read(storage, Err(error)),
            Self::Write(_, bytes) => Completion::Written(bytes, Err(error)),
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
