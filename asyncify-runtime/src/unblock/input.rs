//! What was read and not consumed yet.

use std::io;
use std::mem;

use super::operation::Ahead;

/// The first read: enough for a small file.
const FIRST: usize = 8 << 10;

/// Reads of this size that are filled are those of a file: what a pipe or a socket holds is less, and
/// to read on there could mean to wait, for ever, for what nobody asked for.
const BULK: usize = 128 << 10;

/// A buffer that is consumed, and behind it perhaps one more that is full, and perhaps the end.
pub(super) struct Input {
    front: Buffer,
    next: Option<Buffer>,
    /// How far the value is from where it was at the end of what was read: it was moved back, and those
    /// bytes are skipped when they are read again.
    behind: usize,
    /// Behind what is there: nothing more for now (`Ok`), or an error.
    end: Option<io::Result<()>>,
    /// The size of the next read.
    size: usize,
    capacity: usize,
    /// Storage for the next read.
    spare: Vec<u8>,
    /// A job has the storage.
    reading: bool,
    /// A job moves the value to where its user is.
    moving: bool,
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
            behind: 0,
            end: None,
            size: FIRST.min(capacity),
            capacity,
            spare: Vec::new(),
            reading: false,
            moving: false,
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

    /// How many bytes were read and not consumed.
    pub(super) fn unread(&self) -> usize {
        self.bytes().len() + self.next.as_ref().map_or(0, |next| next.end - next.start)
    }

    /// How far the value is ahead of its user, while no job reads.
    pub(super) fn ahead(&self) -> Ahead {
        let count =
            |bytes| i64::try_from(bytes).expect("buffers are far smaller than any position");
        Ahead(count(self.unread()) - count(self.behind))
    }

    /// Whether nothing was read ahead, nor is being, and the value is where its user is.
    pub(super) fn is_clear(&self) -> bool {
        let nothing = self.unread() == 0 && self.behind == 0 && self.end.is_none();
        nothing && !self.reading && !self.moving
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
                let start = self.behind.min(count);
                self.behind -= start;
                self.next = Some(Buffer { bytes, start, end: count });
                return;
            }
        }
        self.spare = bytes;
    }

    /// Forgets what was read: the value has a new position, which is that of its user.
    pub(super) fn clear(&mut self) {
        self.front.start = self.front.end;
        self.next = None;
        self.behind = 0;
        self.end = None;
    }

    /// A job begins to move the value to where its user is. Gives how far that is.
    pub(super) fn align(&mut self) -> Ahead {
        self.moving = true;
        self.ahead()
    }

    /// The value was moved back by so much, or was not. What was read ahead is still what comes next.
    pub(super) fn aligned(&mut self, ahead: Ahead, moved: bool) {
        self.moving = false;
        if moved {
            let behind = i64::try_from(self.behind).map(|behind| behind + ahead.0);
            self.behind =
                behind.and_then(usize::try_from).expect("the value is never past its reads");
        }
    }
}
