//! The bytes that were read and not consumed yet.

use std::io;
use std::mem;
use std::time::{Duration, Instant};

use super::buffer::Buffer;
use super::early::{EARLY, Permit, Permits};
use super::operation::Ahead;

/// The size of a read for a consumer that asks for less.
const MIN_SIZE: usize = 64 << 10;

/// How many bytes a consumer has to take without a rest before the reads become as large as the
/// capacity, and are made ahead. Until then, it could be a slow peer whose socket is not full yet.
const STEADY: usize = 4 << 20;

/// The same, for a reader with a [permit](super::early).
const EARLY_STEADY: usize = MIN_SIZE;

/// A reader rests if more time passes from one buffer to the next: its consumer is slow, or one of
/// many. A job for each buffer is no burden for either, and small buffers are more likely to stay
/// in a cache.
const REST: Duration = Duration::from_millis(2);

/// A read of this size that fills its buffer is that of a file: a pipe or a socket holds less.
/// Reading ahead from those could wait for ever for bytes that the caller did not ask for.
const BULK: usize = 128 << 10;

/// [`STEADY`], [`REST`] and [`BULK`], or others in tests.
struct Limits {
    steady: usize,
    rest: Duration,
    bulk: usize,
}

/// A buffer that is being consumed, possibly one more that was read ahead, and possibly the end.
/// With the one that a job has, there are never more than two.
pub(super) struct ReadBuffer {
    front: Buffer,
    next: Option<Buffer>,
    /// How far the value was moved back from the end of the bytes that were read. They are skipped
    /// when they are read again.
    moved_back: usize,
    /// What follows the buffers: the end for now (`Ok`), or an error.
    end: Option<io::Result<()>>,
    /// A consumed buffer, for the read ahead that starts next.
    spare: Option<Buffer>,
    capacity: usize,
    /// The number of bytes that the consumer has taken since its last rest.
    steady: usize,
    /// Lets the reads become large and be made ahead early, until the consumer rests or is at the
    /// end.
    early: Option<Permit>,
    permits: &'static Permits,
    limits: Limits,
    /// When the consumer got the last buffer.
    delivered: Option<Instant>,
    /// A job has a buffer.
    reading: bool,
    /// A job moves the value to the logical position.
    aligning: bool,
}

impl ReadBuffer {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            front: Buffer::with_capacity(0),
            next: None,
            moved_back: 0,
            end: None,
            spare: None,
            capacity,
            steady: 0,
            early: None,
            permits: &EARLY,
            limits: Limits { steady: STEADY, rest: REST, bulk: BULK },
            delivered: None,
            reading: false,
            aligning: false,
        }
    }

    pub(super) fn set_capacity(&mut self, bytes: usize) {
        self.capacity = bytes;
    }

    /// Lets jobs read ahead from the first byte on, whatever the size of the buffers.
    #[cfg(test)]
    pub(super) fn set_eager(&mut self) {
        self.limits = Limits { steady: 0, rest: Duration::MAX, bulk: 1 };
    }

    /// Returns the bytes that can be consumed now.
    pub(super) fn bytes(&self) -> &[u8] {
        self.front.bytes()
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.front.consume(count);
        if self.bytes().is_empty() && !self.is_steady() {
            self.front = Buffer::with_capacity(0);
        }
    }

    /// Returns the number of bytes that were read and not consumed.
    pub(super) fn unread(&self) -> usize {
        self.bytes().len() + self.next.as_ref().map_or(0, |next| next.bytes().len())
    }

    /// Returns how far the value is ahead of the logical position. No job may be reading.
    pub(super) fn ahead(&self) -> Ahead {
        let count = |bytes| i64::try_from(bytes).expect("a buffer is far smaller than `i64::MAX`");
        Ahead(count(self.unread()) - count(self.moved_back))
    }

    /// Returns whether there is no read-ahead, no job is reading or moving the value, and the value
    /// is at the logical position.
    pub(super) fn is_clear(&self) -> bool {
        let empty = self.unread() == 0 && self.moved_back == 0 && self.end.is_none();
        empty && !self.reading && !self.aligning
    }

    /// Returns whether the consumer takes bytes as fast as a job reads them. Its buffers are larger
    /// then, are filled ahead, and are used again; those of any other are given back once they are
    /// consumed.
    fn is_steady(&self) -> bool {
        self.steady >= self.limits.steady || self.early.is_some()
    }

    /// Returns whether the consumer has got the last buffer some time ago.
    fn is_resting(&self) -> bool {
        self.delivered.is_some_and(|last| last.elapsed() > self.limits.rest)
    }

    /// Switches to the next buffer, when the consumer asks for more bytes. Returns `None` if there
    /// is none, and otherwise whether to read ahead.
    pub(super) fn advance(&mut self) -> Option<bool> {
        let next = self.next.take()?;
        if self.is_resting() {
            self.steady = 0;
            self.early = None;
        }
        self.delivered = Some(Instant::now());
        let count = next.bytes().len();
        self.steady = self.steady.saturating_add(count);
        if self.steady >= self.limits.steady {
            // From now on it needs none.
            self.early = None;
        }
        let filled = count >= self.limits.bulk && next.is_full();
        let read_ahead = filled && self.is_steady() && self.end.is_none();
        let used = mem::replace(&mut self.front, next);
        self.spare = Some(used).filter(|_| read_ahead);
        Some(read_ahead)
    }

    /// Takes the end. The buffers must be consumed up to it.
    pub(super) fn take_end(&mut self) -> Option<io::Result<()>> {
        let end = self.end.take()?;
        self.early = None;
        self.front = Buffer::with_capacity(0);
        self.spare = None;
        Some(end)
    }

    /// Returns a buffer for a job that reads, of a size for a consumer that asks for `wanted`
    /// bytes.
    pub(super) fn start_read(&mut self, wanted: usize) -> Buffer {
        self.reading = true;
        // Small buffers are never filled ahead.
        let large = self.capacity >= self.limits.bulk;
        if large && !self.is_steady() && self.steady >= EARLY_STEADY && !self.is_resting() {
            self.early = self.permits.try_acquire();
        }
        let wanted = if self.is_steady() { self.capacity } else { wanted };
        let size = wanted.clamp(MIN_SIZE.min(self.capacity), self.capacity);
        let spare = self.spare.take().filter(|spare| spare.capacity() == size);
        spare.unwrap_or_else(|| Buffer::with_capacity(size))
    }

    /// Completes a read.
    pub(super) fn fill(&mut self, buffer: Buffer, result: io::Result<usize>) {
        self.reading = false;
        match result {
            Ok(0) => self.end = Some(Ok(())),
            Err(error) => self.end = Some(Err(error)),
            Ok(_) => self.deliver(buffer),
        }
    }

    /// Adds bytes that were read.
    pub(super) fn deliver(&mut self, mut buffer: Buffer) {
        let skipped = self.moved_back.min(buffer.bytes().len());
        self.moved_back -= skipped;
        buffer.consume(skipped);
        if self.next.is_some() {
            // The consumer has not come for it, and has consumed all bytes before it.
            debug_assert!(self.bytes().is_empty(), "a reader that waits has no bytes");
            self.advance();
        }
        self.next = Some(buffer);
    }

    /// Takes the consumed buffer as storage for the job that reads, if it may read ahead.
    pub(super) fn take_storage(&mut self) -> Option<Buffer> {
        let large = self.front.capacity() == self.capacity && self.capacity >= self.limits.bulk;
        let ahead = self.reading && large && self.is_steady() && !self.is_resting();
        ahead.then(|| mem::replace(&mut self.front, Buffer::with_capacity(0)))
    }

    /// Puts back storage that the job has not used.
    pub(super) fn put_back(&mut self, storage: Option<Buffer>) {
        if let Some(storage) = storage {
            self.front = storage;
        }
    }

    /// Discards the read-ahead: the position of the value is the logical position now.
    pub(super) fn clear(&mut self) {
        self.front = Buffer::with_capacity(0);
        self.next = None;
        self.spare = None;
        self.moved_back = 0;
        self.end = None;
    }

    /// Begins to move the value to the logical position. Returns how far.
    pub(super) fn align(&mut self) -> Ahead {
        self.aligning = true;
        self.ahead()
    }

    /// Completes the move of the value by `ahead`. The read-ahead is kept: its bytes still come
    /// next.
    pub(super) fn complete_align(&mut self, ahead: Ahead, moved: bool) {
        self.aligning = false;
        if moved {
            let moved_back = i64::try_from(self.moved_back).map(|count| count + ahead.0);
            self.moved_back =
                moved_back.and_then(usize::try_from).expect("the value is never past its reads");
        }
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use std::io::Read;

    use super::*;

    impl ReadBuffer {
        /// Returns the memory that is held while no job is reading.
        pub(in super::super) fn held(&self) -> usize {
            let others = [&self.next, &self.spare].into_iter().flatten();
            self.front.capacity() + others.map(Buffer::capacity).sum::<usize>()
        }

        /// One that becomes steady early if `permits` has a permit.
        fn with_permits(permits: &'static Permits) -> Self {
            Self { permits, ..Self::new(CAPACITY) }
        }

        /// Reads from `value`, and takes all bytes, with a rest before.
        fn turn<T: Read + Send + 'static>(&mut self, value: T, rests: bool) -> bool {
            // Otherwise a busy machine, or Miri, would make it rest.
            self.delivered = None;
            let mut buffer = self.start_read(1);
            let result = buffer.fill(&mut Some(Box::new(value)));
            self.fill(buffer, result);
            self.delivered = rests.then(|| Instant::now().checked_sub(2 * REST).unwrap());
            let read_ahead = self.advance().unwrap();
            self.consume(self.bytes().len());
            read_ahead
        }
    }

    const CAPACITY: usize = 256 << 10;
    /// Enough for a read of any size, and quick to copy under Miri.
    static BYTES: [u8; CAPACITY] = [7; CAPACITY];

    static NONE: Permits = Permits::new(0);

    #[test]
    fn a_consumed_buffer_is_given_back() {
        let mut buffer = ReadBuffer::with_permits(&NONE);
        for _ in 0..STEADY / MIN_SIZE - 1 {
            assert!(!buffer.turn(BYTES.as_slice(), false));
            assert_eq!(buffer.held(), 0);
        }
    }

    #[test]
    fn reads_are_large_and_ahead_until_the_consumer_rests() {
        let mut buffer = ReadBuffer::with_permits(&NONE);
        for _ in 0..STEADY / MIN_SIZE {
            buffer.turn(BYTES.as_slice(), false);
        }
        for _ in 0..3 {
            assert!(buffer.turn(BYTES.as_slice(), false));
            assert_eq!(buffer.front.capacity(), CAPACITY);
            assert!(buffer.held() <= 2 * CAPACITY);
        }
        assert!(!buffer.turn(BYTES.as_slice(), true));
        assert_eq!(buffer.held(), 0);
        assert!(!buffer.turn(BYTES.as_slice(), false));
        assert_eq!(buffer.start_read(1).capacity(), MIN_SIZE);
    }

    #[test]
    fn a_reader_with_a_permit_reads_large_early_until_it_rests_or_ends() {
        static ONE: Permits = Permits::new(1);
        let mut buffers = [(); 2].map(|()| ReadBuffer::with_permits(&ONE));
        let [first, second] = &mut buffers;
        let large = |buffer: &mut ReadBuffer| {
            (0..5).any(|_| {
                buffer.turn(BYTES.as_slice(), false);
                buffer.front.capacity() == CAPACITY
            })
        };
        assert!(large(first));
        assert!(!large(second), "the permit is taken");
        first.turn(BYTES.as_slice(), true);
        assert!(large(second), "the first rests");
        assert!(!large(first));
        second.fill(Buffer::with_capacity(0), Ok(0));
        assert!(second.take_end().is_some());
        assert_eq!(second.held(), 0);
        assert!(large(first), "the second is at its end");
        drop(buffers);
        assert!(ONE.try_acquire().is_some());
    }

    #[test]
    fn a_reader_with_a_permit_has_consumed_one_buffer_before_it_reads_large() {
        static ONE: Permits = Permits::new(1);
        let mut buffer = ReadBuffer::with_permits(&ONE);
        let sizes = [(); 4].map(|()| {
            let before = buffer.steady;
            buffer.turn(BYTES.as_slice(), false);
            buffer.steady - before
        });
        assert_eq!(sizes, [MIN_SIZE, CAPACITY, CAPACITY, CAPACITY]);
    }

    #[test]
    fn a_permit_is_given_back_by_a_reader_that_needs_none() {
        static ONE: Permits = Permits::new(1);
        let mut buffer = ReadBuffer::with_permits(&ONE);
        while buffer.steady < STEADY {
            assert_eq!(buffer.early.is_some(), buffer.steady > EARLY_STEADY);
            buffer.turn(BYTES.as_slice(), false);
        }
        assert!(buffer.is_steady());
        assert!(ONE.try_acquire().is_some());
    }

    #[test]
    fn a_reader_with_small_buffers_takes_no_permit() {
        static ONE: Permits = Permits::new(1);
        let mut buffer = ReadBuffer::with_permits(&ONE);
        buffer.set_capacity(BULK - 1);
        for _ in 0..4 {
            buffer.turn(BYTES.as_slice(), false);
            assert!(buffer.early.is_none());
        }
    }

    #[test]
    fn a_reader_that_rests_takes_no_permit() {
        static ONE: Permits = Permits::new(1);
        let mut buffer = ReadBuffer::with_permits(&ONE);
        let start = Instant::now();
        buffer.turn(BYTES.as_slice(), false);
        assert!(buffer.delivered.unwrap() >= start);
        buffer.delivered = Instant::now().checked_sub(2 * REST);
        assert_eq!(buffer.start_read(1).capacity(), MIN_SIZE);
        buffer.delivered = None;
        assert_eq!(buffer.start_read(1).capacity(), CAPACITY);
    }

    #[test]
    fn a_reader_with_small_buffers_never_reads_ahead() {
        let mut buffer = ReadBuffer::with_permits(&NONE);
        buffer.set_capacity(BULK - 1);
        for _ in 0..=STEADY / MIN_SIZE {
            assert!(!buffer.turn(BYTES.as_slice(), false));
        }
        drop(buffer.start_read(1));
        buffer.delivered = None;
        assert!(buffer.is_steady());
        assert!(buffer.take_storage().is_none());
    }

    #[test]
    fn storage_is_passed_by_a_reader_that_is_steady_and_does_not_rest() {
        let mut buffer = ReadBuffer::with_permits(&NONE);
        buffer.turn(BYTES.as_slice(), false);
        drop(buffer.start_read(1));
        assert!(buffer.take_storage().is_none());
        for _ in 0..STEADY / MIN_SIZE {
            buffer.turn(BYTES.as_slice(), false);
        }
        assert!(buffer.take_storage().is_none(), "no job reads");
        drop(buffer.start_read(1));
        buffer.delivered = Instant::now().checked_sub(2 * REST);
        assert!(buffer.take_storage().is_none(), "the consumer rests");
        buffer.delivered = None;
        assert_eq!(buffer.take_storage().unwrap().capacity(), CAPACITY);
        assert_eq!(buffer.held(), 0);
        assert!(buffer.take_storage().is_none());
    }

    #[test]
    fn a_read_is_as_large_as_its_caller_wants_within_limits() {
        let mut buffer = ReadBuffer::new(CAPACITY);
        for (wanted, size) in
            [(1, MIN_SIZE), (100 << 10, 100 << 10), (CAPACITY, CAPACITY), (1 << 30, CAPACITY)]
        {
            assert_eq!(buffer.start_read(wanted).capacity(), size);
        }
        assert_eq!(ReadBuffer::new(10).start_read(1 << 30).capacity(), 10);
    }
}
