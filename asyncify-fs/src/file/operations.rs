//! The methods that move the cursor, and need no trait.

use std::fs::File as StdFile;
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, SeekFrom};
use std::sync::Arc;

use asyncify_runtime::Unblock;

use super::cached::Cached;

/// The default of [`File::set_max_buf_size`](super::File::set_max_buf_size) for reads; that for
/// writes is the one of [`Unblock`].
const MAX_BUF_SIZE: usize = 256 << 10;

/// The size of the reads to the end of a file.
const PART: usize = 64 << 10;

/// The methods of a [`File`](crate::File) that use its cursor and need no trait, on any executor.
///
/// They are on a type of their own so that a trait that is imported takes precedence: with tokio's
/// or futures' `AsyncReadExt`, `file.read(..)` is the method of the trait.
pub struct FileOperations {
    /// For what needs no cursor. Dropped before `unblock`, which closes the file where that may
    /// block.
    pub(super) file: Arc<StdFile>,
    pub(super) unblock: Unblock<Arc<StdFile>>,
    pub(super) cached: Cached,
    /// An operation of `unblock` was pending when it was last polled.
    pub(super) pending: bool,
    /// Bytes were accepted since the file was last known to be flushed.
    pub(super) unflushed: bool,
    /// The first step of a seek in two steps, as tokio's trait has it, to be done before anything
    /// else.
    #[cfg(feature = "tokio")]
    pub(super) started_seek: Option<SeekFrom>,
    /// The result of the last one.
    #[cfg(feature = "tokio")]
    pub(super) sought: u64,
    /// As the caller has set it.
    pub(super) max_buf_size: Option<usize>,
}

impl FileOperations {
    /// Returns the most bytes that are read at once.
    pub(super) fn max_buf_size(&self) -> usize {
        self.max_buf_size.unwrap_or(MAX_BUF_SIZE)
    }

    /// Reads bytes, and returns how many. There are none only at the end of the file, or if
    /// `target` is empty.
    ///
    /// # Cancel safety
    ///
    /// No byte is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of reading the file.
    pub async fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.read_vectored(&mut [IoSliceMut::new(target)]).await
    }

    /// Reads bytes into several slices, in their order, and returns how many.
    ///
    /// # Cancel safety
    ///
    /// No byte is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of reading the file.
    pub async fn read_vectored(&mut self, targets: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(cx, targets)).await
    }

    /// Fills `target`.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some bytes may have been read into `target`; the cursor is past
    /// them.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind `UnexpectedEof` if the file ends before, or the error of
    /// reading it.
    pub async fn read_exact(&mut self, mut target: &mut [u8]) -> io::Result<()> {
        while !target.is_empty() {
            match self.read(target).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => target = &mut target[count..],
            }
        }
        Ok(())
    }

    /// Appends the bytes to the end of the file to `target`, and returns how many.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some bytes may be in `target`; the cursor is past them.
    ///
    /// # Errors
    ///
    /// Returns the error of reading the file. `target` has the bytes before it.
    pub async fn read_to_end(&mut self, target: &mut Vec<u8>) -> io::Result<usize> {
        let before = target.len();
        let mut part = vec![0; PART];
        loop {
            match self.read(&mut part).await? {
                0 => return Ok(target.len() - before),
                count => target.extend_from_slice(&part[..count]),
            }
        }
    }

    /// Appends the text to the end of the file to `target`, and returns its length in bytes.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, `target` is unchanged, and some bytes may have been read.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind `InvalidData` if the bytes are not UTF-8, or the error of
    /// reading the file. `target` is unchanged then.
    pub async fn read_to_string(&mut self, target: &mut String) -> io::Result<usize> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes).await?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        target.push_str(text);
        Ok(text.len())
    }

    /// Accepts bytes to be written, and returns how many: at least one, unless there are none.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has returned, no byte was accepted.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)]).await
    }

    /// Accepts bytes of several slices to be written, in their order, and returns how many.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has returned, no byte was accepted.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write.
    pub async fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        poll_fn(|cx| self.poll_write(cx, slices)).await
    }

    /// Accepts all bytes to be written. [`flush`](Self::flush) waits until they are.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some of the bytes may have been accepted.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = self.write(bytes).await?;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// Waits until all accepted bytes have been passed to the system.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Moves the cursor, and returns its position.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the cursor may or may not be moved.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or that of the seek, which changes nothing then.
    pub async fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        poll_fn(|cx| self.poll_seek(cx, position)).await
    }

    /// Moves the cursor to the start of the file.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the cursor may or may not be moved.
    ///
    /// # Errors
    ///
    /// Those of [`seek`](Self::seek).
    pub async fn rewind(&mut self) -> io::Result<()> {
        self.seek(SeekFrom::Start(0)).await.map(drop)
    }

    /// Returns the position of the cursor.
    ///
    /// # Cancel safety
    ///
    /// Nothing changes if the future is dropped.
    ///
    /// # Errors
    ///
    /// Those of [`seek`](Self::seek).
    pub async fn stream_position(&mut self) -> io::Result<u64> {
        self.seek(SeekFrom::Current(0)).await
    }
}
