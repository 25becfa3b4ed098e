//! Reads and writes at a position, which need no cursor.

use std::fs::File as StdFile;
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSliceMut};
use std::sync::Arc;

use asyncify_runtime::sync_to_async;

use super::File;
use crate::NEVER;

/// Any number of these can run at the same time. They do not use the cursor (on Windows, the system
/// moves it), and do not wait for bytes that a write at the cursor has accepted: flush those first.
impl File {
    /// Reads bytes at a position, and returns how many. There are none only past the end of the
    /// file, or if `target` is empty.
    ///
    /// # Cancel safety
    ///
    /// Nothing changes if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of the system: a pipe, for example, has no positions.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_fs::File;
    ///
    /// # futures::executor::block_on(async {
    /// let file = File::open("README.md").await?;
    /// let (mut first, mut second) = ([0; 4], [0; 4]);
    /// futures::try_join!(file.read_exact_at(&mut first, 2), file.read_exact_at(&mut second, 6))?;
    /// assert_eq!((&first, &second), (b"asyn", b"cify"));
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub async fn read_at(&self, target: &mut [u8], position: u64) -> io::Result<usize> {
        let (cached, limit) = (&self.operations.cached, self.max_buf_size());
        if cached.may_read(target.len()) {
            poll_fn(|cx| cached.poll_turn(cx)).await;
            let slices = &mut [IoSliceMut::new(target)];
            if let Some(count) = cached.read(&self.file, slices, Some(position), limit) {
                cached.count(count);
                return Ok(count);
            }
        }
        let size = target.len().min(limit);
        let bytes = read_at(self.operations.file.clone(), size, position).await?;
        target[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// Fills `target` with the bytes at a position.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some bytes may have been read into `target`.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind `UnexpectedEof` if the file ends before, or the error of the
    /// system.
    pub async fn read_exact_at(&self, mut target: &mut [u8], mut position: u64) -> io::Result<()> {
        while !target.is_empty() {
            match self.read_at(target, position).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => {
                    target = &mut target[count..];
                    position += count as u64;
                }
            }
        }
        Ok(())
    }

    /// Writes bytes at a position, and returns how many. They have been passed to the system then.
    ///
    /// A file that was opened to append writes them at its end, on Linux.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has returned, the bytes may or may not be written.
    ///
    /// # Errors
    ///
    /// Returns the error of the system.
    pub async fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<usize> {
        let bytes = bytes[..bytes.len().min(self.max_buf_size())].to_vec();
        write_at(self.operations.file.clone(), bytes, position).await
    }

    /// Writes all bytes at a position. They have been passed to the system then.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has returned, some of the bytes may be written.
    ///
    /// # Errors
    ///
    /// Returns the error of the system. Some of the bytes may have been written.
    pub async fn write_all_at(&self, mut bytes: &[u8], mut position: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, position).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                count => {
                    bytes = &bytes[count..];
                    position += count as u64;
                }
            }
        }
        Ok(())
    }
}

#[sync_to_async(timeout = NEVER)]
fn read_at(file: Arc<StdFile>, size: usize, position: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    let count = retry(|| system::read_at(&file, &mut bytes, position))?;
    bytes.truncate(count);
    Ok(bytes)
}

#[sync_to_async(timeout = NEVER)]
fn write_at(file: Arc<StdFile>, bytes: Vec<u8>, position: u64) -> io::Result<usize> {
    retry(|| system::write_at(&file, &bytes, position))
}

/// Repeats a call that a signal has interrupted.
pub(super) fn retry<R>(mut call: impl FnMut() -> io::Result<R>) -> io::Result<R> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(super) fn read_at(file: &File, target: &mut [u8], position: u64) -> io::Result<usize> {
        file.read_at(target, position)
    }

    pub(super) fn write_at(file: &File, bytes: &[u8], position: u64) -> io::Result<usize> {
        file.write_at(bytes, position)
    }
}

#[cfg(windows)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub(super) fn read_at(file: &File, target: &mut [u8], position: u64) -> io::Result<usize> {
        file.seek_read(target, position)
    }

    pub(super) fn write_at(file: &File, bytes: &[u8], position: u64) -> io::Result<usize> {
        file.seek_write(bytes, position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_repeated_until_no_signal_interrupts_it() {
        let mut results = vec![Ok(7), Err(ErrorKind::Interrupted), Err(ErrorKind::Interrupted)];
        assert_eq!(retry(|| results.pop().unwrap().map_err(io::Error::from)).unwrap(), 7);
        assert!(retry(|| Err::<(), _>(ErrorKind::StorageFull.into())).is_err());
    }
}
