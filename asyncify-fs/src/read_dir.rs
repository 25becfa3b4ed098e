//! The entries of a directory.

use std::ffi::OsString;
use std::fmt;
use std::fs::{FileType, Metadata};
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncify_runtime::sync_to_async;
use futures_core::Stream;

use crate::NEVER;
use crate::batches::{Batch, Batches};

/// Returns the entries of a directory: [`std::fs::read_dir`].
///
/// The first entries are read by the same call that opens the directory.
///
/// # Errors
///
/// Returns an error if the path is not a directory, or may not be read.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let mut entries = asyncify_fs::read_dir("src").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     println!("{}", entry.path().display());
/// }
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    Ok(ReadDir(Batches::new(first_batch(path).await?)))
}

#[sync_to_async(timeout = NEVER)]
fn first_batch(path: impl AsRef<Path>) -> io::Result<Batch<Entries>> {
    std::fs::read_dir(path).map(|entries| Batch::take(Entries(entries)))
}

/// The entries of a directory, from [`read_dir`]: a stream of `io::Result<DirEntry>`.
///
/// Entries are read in batches, the next one while this one is consumed. A batch has at most 4,096
/// entries, and ends after about a millisecond.
#[must_use = "streams do nothing unless polled"]
pub struct ReadDir(Batches<Entries>);

impl ReadDir {
    /// Returns the next entry, or `None` at the end.
    ///
    /// # Cancel safety
    ///
    /// No entry is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of reading the directory, after which there may be more entries, or an
    /// error if the executor is shut down, after which there are none.
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|cx| self.poll_next_entry(cx)).await
    }

    /// Polls for the next entry, as [`next_entry`](Self::next_entry) does.
    ///
    /// # Errors
    ///
    /// Those of [`next_entry`](Self::next_entry).
    pub fn poll_next_entry(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<DirEntry>>> {
        self.0.poll_next(cx).map(Option::transpose)
    }
}

impl Stream for ReadDir {
    type Item = io::Result<DirEntry>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(cx)
    }
}

// The iterator is never pinned.
impl Unpin for ReadDir {}

impl fmt::Debug for ReadDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadDir").finish_non_exhaustive()
    }
}

/// The blocking iterator.
struct Entries(std::fs::ReadDir);

impl Iterator for Entries {
    type Item = io::Result<DirEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| {
            let entry = entry?;
            // Most file systems have it in the directory; a call for each entry would be slow.
            let file_type = entry.file_type().ok();
            Ok(DirEntry { file_type, entry: Arc::new(entry) })
        })
    }
}

/// An entry of a directory: [`std::fs::DirEntry`].
#[derive(Clone)]
pub struct DirEntry {
    /// `None` if it could not be found out.
    file_type: Option<FileType>,
    entry: Arc<std::fs::DirEntry>,
}

impl DirEntry {
    /// Returns the path of the directory, as [`read_dir`] got it, joined with the name of the
    /// entry.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.entry.path()
    }

    /// Returns the name of the entry, without its directory.
    #[must_use]
    pub fn file_name(&self) -> OsString {
        self.entry.file_name()
    }

    /// Returns the type of the entry, without following a symbolic link.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory does not have the type and the metadata cannot be read.
    pub async fn file_type(&self) -> io::Result<FileType> {
        match self.file_type {
            Some(file_type) => Ok(file_type),
            None => self.read_file_type().await,
        }
    }

    /// Returns the inode of the entry, as the directory has it.
    #[cfg(unix)]
    #[must_use]
    pub fn ino(&self) -> u64 {
        std::os::unix::fs::DirEntryExt::ino(&*self.entry)
    }
}

#[sync_to_async(opt_in, timeout = NEVER)]
impl DirEntry {
    /// Returns the metadata of the entry, without following a symbolic link.
    ///
    /// # Errors
    ///
    /// Returns an error if the entry does not exist any more, or the directory may not be searched.
    #[sync_to_async]
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.entry.metadata()
    }

    #[sync_to_async]
    fn read_file_type(&self) -> io::Result<FileType> {
        self.entry.file_type()
    }
}

impl fmt::Debug for DirEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.fmt(f)
    }
}
