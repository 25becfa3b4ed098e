//! The bytes that were read and not consumed yet.

use std::io;
use std::mem;

use super::operation::Ahead;

/// The size of the first read: enough for a small file.
const INITIAL_SIZE: usize = 8 << 10;

/// A read of this size that fills its storage is that of a file: a pipe or a socket holds less. Reading
/// ahead from those could wait for ever for bytes that the caller did not ask for.
const BULK: usize = 128 << 10;

/// A buffer that is being consumed, possibly one more that was read ahead, and possibly the end.
pub(super) struct ReadBuffer {
    front: Buffer,
    next: Option<Buffer>,
    /// How far the value was moved back from the end of the bytes that were read. They are skipped when
    /// they are read again.
    moved_back: usize,
    /// What follows the buffers: the end for now (`Ok`), or an error.
    end: Option<io::Result<()>>,
    /// The size of the next read.
    size: usize,
    capacity: usize,
    /// Storage for the next read.
    spare: Vec<u8>,
    /// A job has the storage.
    reading: bool,
    /// A job moves the value to the logical position.
    aligning: bool,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// The bytes from `start` to `end` are not consumed.
    start: usize,
    end: usize,
}

impl ReadBuffer {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            front: Buffer::default(),
            next: None,
            moved_back: 0,
            end: None,
            size: INITIAL_SIZE.min(capacity),
            capacity,
            spare: Vec::new(),
            reading: false,
            aligning: false,
        }
    }

    /// Returns the bytes that can be consumed now.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.front.bytes[self.front.start..self.front.end]
    }

    pub(super) fn consume(&mut self, count: usize) {
        let left = self.front.end - self.front.start;
        assert!(count <= left, "consumed more bytes than were read");
        self.front.start += count;
    }

    /// Returns the number of bytes that were read and not consumed.
    pub(super) fn unread(&self) -> usize {
        self.bytes().len() + self.next.as_ref().map_or(0, |next| next.end - next.start)
    }

    /// Returns how far the value is ahead of the logical position. No job may be reading.
    pub(super) fn ahead(&self) -> Ahead {
        let count = |bytes| i64::try_from(bytes).expect("a buffer is far smaller than `i64::MAX`");
        Ahead(count(self.unread()) - count(self.moved_back))
    }

    /// Returns whether there is no read-ahead, no job is reading or moving the value, and the value is at
    /// the logical position.
    pub(super) fn is_clear(&self) -> bool {
        let empty = self.unread() == 0 && self.moved_back == 0 && self.end.is_none();
        empty && !self.reading && !self.aligning
    }

    /// Switches to the next buffer. Returns `None` if there is none, and otherwise whether to read ahead.
    pub(super) fn advance(&mut self) -> Option<bool> {
        let next = self.next.take()?;
        let filled = next.end == next.bytes.len();
        self.spare = mem::replace(&mut self.front, next).bytes;
        Some(filled && self.front.end >= BULK && self.end.is_none())
    }

    /// Takes the end, if the buffers are consumed up to it.
    pub(super) fn take_end(&mut self) -> Option<io::Result<()>> {
        self.end.take()
    }

    /// Takes the storage for a job that reads.
    pub(super) fn take_storage(&mut self) -> Vec<u8> {
        self.reading = true;
        let mut storage = mem::take(&mut self.spare);
        storage.resize(self.size.max(storage.len()), 0);
        storage
    }

    /// Completes a read.
    pub(super) fn fill(&mut self, bytes: Vec<u8>, result: io::Result<usize>) {
        self.reading = false;
        match result {
            Ok(0) => self.end = Some(Ok(())),
            Err(error) => self.end = Some(Err(error)),
            Ok(count) => {
                if count == bytes.len() {
                    self.size = (bytes.len() * 2).min(self.capacity);
                }
                let start = self.moved_back.min(count);
                self.moved_back -= start;
                self.next = Some(Buffer { bytes, start, end: count });
                return;
            }
        }
        self.spare = bytes;
    }

    /// Discards the read-ahead: the position of the value is the logical position now.
    pub(super) fn clear(&mut self) {
        self.front.start = self.front.end;
        self.next = None;
        self.moved_back = 0;
        self.end = None;
    }

    /// Begins to move the value to the logical position. Returns how far.
    pub(super) fn align(&mut self) -> Ahead {
        self.aligning = true;
        self.ahead()
    }

    /// Completes the move of the value by `ahead`. The read-ahead is kept: its bytes still come next.
    pub(super) fn complete_align(&mut self, ahead: Ahead, moved: bool) {
        self.aligning = false;
        if moved {
            let moved_back = i64::try_from(self.moved_back).map(|count| count + ahead.0);
            self.moved_back =
                moved_back.and_then(usize::try_from).expect("the value is never past its reads");
        }
    }
}
