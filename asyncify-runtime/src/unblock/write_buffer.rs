//! The bytes that were accepted and not written yet.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::mem;

use super::WRITE_CAPACITY;
use super::storage::Storage;

pub(super) struct WriteBuffer {
    bytes: Storage,
    /// Storage for bytes that are accepted while a job writes. Kept until the next flush, since the
    /// system provides new memory page by page.
    spare: Storage,
    capacity: usize,
    /// Bytes were accepted that are not flushed.
    dirty: bool,
    /// Errors of writes and flushes that were not reported yet.
    errors: VecDeque<io::Error>,
}

impl WriteBuffer {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            bytes: Storage::default(),
            spare: Storage::default(),
            capacity,
            dirty: false,
            errors: VecDeque::new(),
        }
    }

    pub(super) fn set_capacity(&mut self, bytes: usize) {
        self.capacity = bytes;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns whether there is an error that was not reported.
    pub(super) fn has_error(&self) -> bool {
        !self.errors.is_empty()
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Returns the memory that is held while no job is writing.
    #[cfg(all(test, not(asyncify_loom)))]
    pub(super) fn held(&self) -> usize {
        self.bytes.capacity() + self.spare.capacity()
    }

    /// Accepts as many bytes of the slices as there is room for. Returns how many.
    pub(super) fn accept(&mut self, slices: &[IoSlice<'_>]) -> usize {
        let before = self.bytes.len();
        for bytes in slices {
            let count = bytes.len().min(self.capacity.saturating_sub(self.bytes.len()));
            self.bytes.extend_from_slice(&bytes[..count]);
        }
        let count = self.bytes.len() - before;
        self.dirty |= count > 0;
        count
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Makes room for a write of these slices, as far as the capacity allows. New storage has room
    /// for this many `writes` of the size, since the bytes are copied when it grows.
    pub(super) fn reserve(&mut self, slices: &[IoSlice<'_>], writes: usize) {
        let count = slices.iter().map(|bytes| bytes.len()).fold(0, usize::saturating_add);
        let needed = self.bytes.len().saturating_add(count);
        let available = self.bytes.capacity();
        if available < needed.min(self.capacity) {
            let several = count.saturating_mul(writes).min(WRITE_CAPACITY);
            let size = needed.max(several).max(2 * available).min(self.capacity);
            let mut larger = Storage::new(size, self.capacity);
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
    }

    /// Puts back bytes that were passed to a job and that it has not taken, or storage.
    pub(super) fn put_back(&mut self, bytes: Storage) {
        if !bytes.is_empty() || self.bytes.capacity() == 0 {
            debug_assert!(self.bytes.is_empty(), "at most one of them has bytes");
            self.bytes = bytes;
        }
    }

    /// Takes the bytes that are to be written.
    pub(super) fn take_bytes(&mut self) -> Storage {
        mem::replace(&mut self.bytes, mem::take(&mut self.spare))
    }

    /// Completes a write. After an error, the bytes that were accepted meanwhile are discarded:
    /// they must not follow the gap.
    pub(super) fn written(&mut self, mut storage: Storage, result: io::Result<()>) {
        if result.is_err() {
            self.bytes.clear();
        }
        storage.clear();
        if self.bytes.capacity() == 0 {
            self.bytes = storage;
        } else {
            self.spare = storage;
        }
        self.record(result);
    }

    /// Completes a flush of everything but the bytes that were accepted meanwhile. After an error
    /// the next flush tries again.
    pub(super) fn flushed(&mut self, result: io::Result<()>) {
        self.dirty = result.is_err() || !self.bytes.is_empty();
        if !self.dirty {
            // A writer that rests holds no memory.
            self.bytes = Storage::default();
            self.spare = Storage::default();
        }
        self.record(result);
    }

    /// Records an error, to be reported by an operation after those before it.
    pub(super) fn record(&mut self, result: io::Result<()>) {
        self.errors.extend(result.err());
    }

    pub(super) fn take_error(&mut self) -> io::Result<()> {
        self.errors.pop_front().map_or(Ok(()), Err)
    }

    /// Takes what remains to be written and flushed, if there is anything.
    pub(super) fn take_unwritten<T>(
        &mut self,
        write_fns: Option<WriteFns<T>>,
    ) -> Option<Unwritten<T>> {
        let write_fns = write_fns.filter(|_| self.dirty)?;
        Some(Unwritten { write_fns, bytes: mem::take(&mut self.bytes) })
    }
}

/// The bytes to be written when the `Unblock` is dropped. The value is flushed after them.
pub(super) struct Unwritten<T> {
    pub(super) write_fns: WriteFns<T>,
    pub(super) bytes: Storage,
}

/// How to write to a value whose type is not known to be `Write`.
pub(super) struct WriteFns<T> {
    write_all: fn(&mut T, &[u8]) -> io::Result<()>,
    flush: fn(&mut T) -> io::Result<()>,
}

impl<T: Write> WriteFns<T> {
    pub(super) fn new() -> Self {
        Self { write_all: T::write_all, flush: T::flush }
    }
}

impl<T> WriteFns<T> {
    pub(super) fn write_all(self, value: &mut T, bytes: &[u8]) -> io::Result<()> {
        (self.write_all)(value, bytes)
    }

    pub(super) fn flush(self, value: &mut T) -> io::Result<()> {
        (self.flush)(value)
    }
}

impl<T> Clone for WriteFns<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for WriteFns<T> {}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    #[test]
    fn storage_grows_a_few_times_only() {
        const CAPACITY: usize = 8 << 20;
        let bytes = vec![7; CAPACITY / 128];
        let slices = [IoSlice::new(&bytes)];
        let mut buffer = WriteBuffer::new(CAPACITY);
        let mut growths = 0;
        for _ in 0..128 {
            let before = buffer.held();
            buffer.reserve(&slices, 16);
            assert_eq!(buffer.accept(&slices), bytes.len());
            growths += usize::from(buffer.held() > before);
        }
        assert!((1..10).contains(&growths), "{growths}");
        assert_eq!((buffer.held(), buffer.accept(&slices)), (CAPACITY, 0));
    }
}
