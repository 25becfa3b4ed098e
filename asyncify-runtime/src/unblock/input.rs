//! What was read and not consumed yet.

use std::io;
use std::mem;

/// The first read: enough for a small file.
const FIRST: usize = 8 << 10;

/// Reads of this size that are filled are those of a file: what a pipe or a socket holds is less, and
/// to read on there could mean to wait, for ever, for what nobody asked for.
const BULK: usize = 128 << 10;

/// A buffer that is consumed, and behind it perhaps one more that is full, and perhaps the end.
pub(super) struct Input {
    front: Buffer,
    next: Option<Buffer>,
    /// Behind what is there: nothing more for now (`Ok`), or an error.
    end: Option<io::Result<()>>,
    /// The size of the next read.
    size: usize,
    capacity: usize,
    /// Storage for the next read.
    spare: Vec<u8>,
    /// A job has the storage.
    reading: bool,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// What was not consumed.
    start: usize,
    end: usize,
}

impl Input {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            front: Buffer::default(),
            next: None,
            end: None,
            size: FIRST.min(capacity),
            capacity,
            spare: Vec::new(),
            reading: false,
        }
    }

    /// What can be consumed now.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.front.bytes[self.front.start..self.front.end]
    }

    pub(super) fn consume(&mut self, count: usize) {
        let left = self.front.end - self.front.start;
        assert!(count <= left, "consumed more than there is");
        self.front.start += count;
    }

    /// How far the value is ahead of its user.
    pub(super) fn unread(&self) -> usize {
        self.bytes().len() + self.next.as_ref().map_or(0, |next| next.end - next.start)
    }

    /// Goes on to the next buffer. Some: it can be consumed; and whether to read on meanwhile.
    pub(super) fn advance(&mut self) -> Option<bool> {
        let next = self.next.take()?;
        let filled = next.end == next.bytes.len();
        self.spare = mem::replace(&mut self.front, next).bytes;
        Some(filled && self.front.end >= BULK && self.end.is_none())
    }

    /// The end, if it is what comes next.
    pub(super) fn take_end(&mut self) -> Option<io::Result<()>> {
        self.end.take()
    }

    /// Whether a job reads.
    pub(super) fn is_reading(&self) -> bool {
        self.reading
    }

    /// Storage for a job to read into.
    pub(super) fn storage(&mut self) -> Vec<u8> {
        self.reading = true;
        let mut storage = mem::take(&mut self.spare);
        storage.resize(self.size.max(storage.len()), 0);
        storage
    }

    /// Takes what was read into storage.
    pub(super) fn fill(&mut self, bytes: Vec<u8>, result: io::Result<usize>) {
        self.reading = false;
        match result {
            Ok(0) => self.end = Some(Ok(())),
            Err(error) => self.end = Some(Err(error)),
            Ok(count) => {
                if count == bytes.len() {
                    self.size = (bytes.len() * 2).min(self.capacity);
                }
                self.next = Some(Buffer { bytes, start: 0, end: count });
                return;
            }
        }
        self.spare = bytes;
    }

    /// Forgets what was read: the position changes.
    pub(super) fn clear(&mut self) {
        self.front.start = self.front.end;
        self.next = None;
        self.end = None;
    }
}
