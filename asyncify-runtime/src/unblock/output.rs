//! What was accepted and not written yet.

use std::io::{self, IoSlice, Write};
use std::mem;

pub(super) struct Output {
    bytes: Vec<u8>,
    /// Storage for what comes while the other is written.
    spare: Vec<u8>,
    capacity: usize,
    /// Something was accepted that is not flushed.
    dirty: bool,
    /// Of a write or flush that nobody waited for.
    error: Option<io::Error>,
}

impl Output {
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: Vec::new(), spare: Vec::new(), capacity, dirty: false, error: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Accepts as much of the slices as there is room for; 0: there is none.
    pub(super) fn accept(&mut self, slices: &[IoSlice<'_>]) -> usize {
        let before = self.bytes.len();
        for bytes in slices {
            let count = bytes.len().min(self.capacity - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..count]);
        }
        let count = self.bytes.len() - before;
        self.dirty |= count > 0;
        count
    }

    /// What is to be written.
    pub(super) fn take(&mut self) -> Vec<u8> {
        mem::replace(&mut self.bytes, mem::take(&mut self.spare))
    }

    /// Takes the storage of what was written. After an error, what was accepted meanwhile must not
    /// follow the gap.
    pub(super) fn written(&mut self, mut storage: Vec<u8>, result: io::Result<()>) {
        storage.clear();
        self.spare = storage;
        if result.is_err() {
            self.bytes.clear();
        }
        self.note(result);
    }

    /// The value was flushed, but for what was accepted meanwhile. After an error the next flush tries
    /// again.
    pub(super) fn flushed(&mut self, result: io::Result<()>) {
        self.dirty = result.is_err() || !self.bytes.is_empty();
        self.note(result);
    }

    /// Keeps an error for who asks next; the first, if there are several.
    pub(super) fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    pub(super) fn take_error(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// What is left to write and flush, if anything is.
    pub(super) fn leave<T>(&mut self, writer: Option<Writer<T>>) -> Option<Unwritten<T>> {
        let writer = writer.filter(|_| self.dirty)?;
        Some(Unwritten { writer, bytes: mem::take(&mut self.bytes) })
    }
}

/// What was accepted when the `Unblock` was dropped: it is to be written, and the value flushed.
pub(super) struct Unwritten<T> {
    pub(super) writer: Writer<T>,
    pub(super) bytes: Vec<u8>,
}

/// How a value writes.
pub(super) struct Writer<T> {
    write_all: fn(&mut T, &[u8]) -> io::Result<()>,
    flush: fn(&mut T) -> io::Result<()>,
}

impl<T: Write> Writer<T> {
    pub(super) fn new() -> Self {
        Self { write_all: T::write_all, flush: T::flush }
    }
}

impl<T> Writer<T> {
    pub(super) fn write_all(self, value: &mut T, bytes: &[u8]) -> io::Result<()> {
        (self.write_all)(value, bytes)
    }

    pub(super) fn flush(self, value: &mut T) -> io::Result<()> {
        (self.flush)(value)
    }
}

impl<T> Clone for Writer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Writer<T> {}
