//! The memory of a read.

use std::any::Any;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::mem;
use std::panic;

use crate::util::catch;

/// Memory for the bytes of one read. The job that reads puts the value into it for that time.
///
/// A `BufReader` reads into memory that is not initialized, by one call of `read`; the standard
/// library has no other stable way to do so.
pub(super) struct Buffer(BufReader<Box<dyn AnyRead>>);

/// [`Buffer::fill`] for a value whose type is not known to be `Read`.
pub(super) type FillFn<T> = fn(&mut Buffer, &mut Option<Box<T>>) -> io::Result<usize>;

/// A reader whose type is erased.
trait AnyRead: Read + Send {
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<T: Read + Send + 'static> AnyRead for T {
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

impl Buffer {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(BufReader::with_capacity(capacity, Box::new(io::empty())))
    }

    /// Returns whether there are as many bytes as it has room for.
    pub(super) fn is_full(&self) -> bool {
        self.bytes().len() == self.capacity()
    }

    pub(super) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Returns the bytes that are not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.buffer()
    }

    pub(super) fn consume(&mut self, count: usize) {
        assert!(count <= self.bytes().len(), "consumed more bytes than were read");
        self.0.consume(count);
    }

    /// Reads once from the value in `slot`, and returns the number of bytes. The value is in the
    /// slot again after a panic, too.
    pub(super) fn fill<T: Read + Send + 'static>(
        &mut self,
        slot: &mut Option<Box<T>>,
    ) -> io::Result<usize> {
        *self.0.get_mut() = slot.take().expect("a job has the value");
        let result = catch(|| {
            loop {
                match self.0.fill_buf() {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    result => break result.map(<[u8]>::len),
                }
            }
        });
        let value = mem::replace(self.0.get_mut(), Box::new(io::empty())).into_any();
        *slot = value.downcast().ok();
        result.unwrap_or_else(|payload| panic::resume_unwind(payload))
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    /// Counts its reads, and the bytes of the last target that were not zero.
    #[derive(Default)]
    struct Counts {
        reads: usize,
        not_zero: usize,
    }

    impl Read for Counts {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            self.reads += 1;
            self.not_zero = target.iter().filter(|byte| **byte != 0).count();
            target.fill(7);
            Ok(target.len())
        }
    }

    #[test]
    fn a_buffer_is_filled_by_one_read_and_not_zeroed_again() {
        let mut slot = Some(Box::<Counts>::default());
        let mut buffer = Buffer::with_capacity(100);
        for read in 1..3 {
            assert_eq!(buffer.fill(&mut slot).unwrap(), 100);
            let counts = slot.as_ref().unwrap();
            assert_eq!((counts.reads, counts.not_zero), (read, 100 * (read - 1)));
            buffer.consume(100);
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", not(miri)))]
    fn memory_beyond_the_bytes_of_a_read_is_not_touched() {
        /// Returns the memory of the process that is in use.
        fn resident() -> usize {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            line.split_whitespace().next().unwrap().parse::<usize>().unwrap() << 10
        }

        let before = resident();
        let mut buffer = Buffer::with_capacity(512 << 20);
        assert_eq!(buffer.fill(&mut Some(Box::new(b"abc".as_slice()))).unwrap(), 3);
        // Other tests use memory, too.
        assert!(resident() < before + (256 << 20));
    }
}
