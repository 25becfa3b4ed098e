//! An open file.
//!
//! # How a `File` works
//!
//! 1. *One cursor.* A [`File`] is an [`Unblock`] of the file, whose rules hold: there is one
//!    operation at a time, what is accepted is written in order, and the logical position is that
//!    which the caller sees (`asyncify-runtime/src/unblock/mod.rs`). A second handle of the file is
//!    for what needs no cursor.
//! 2. *Cached bytes.* While the `Unblock` is at rest, a read of a page or more first takes what is
//!    in the memory of the system ([`cached`]), on the thread of the caller; that never waits for a
//!    device. A seek that only sets the cursor is done there, too, and the metadata of a local file
//!    is read there ([`local`]). Everything else goes to the pool.
//! 3. *A pending operation* of the `Unblock` is polled to its end before anything is done beside
//!    it: it may be a seek, which must not be made twice.
//! 4. *Other tasks.* Operations that are done without the pool yield after [`BUDGET`] bytes.
//! 5. *Methods by `&self`* use the cursor in turns, after the operations before them
//!    ([`Unblock::with`]), except the positioned ones, and `metadata` if no bytes wait to be
//!    written: these run at any time and at the same time.

mod cached;
mod cursor;
#[cfg(feature = "futures")]
mod futures;
mod local;
mod lock;
mod metadata;
mod mode;
mod operations;
mod positioned;
mod system;
#[cfg(feature = "tokio")]
mod tokio;

use std::fmt;
use std::fs::File as StdFile;
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use asyncify_runtime::{BlockingCall, Unblock, sync_to_async};

use self::cached::Cached;
use self::mode::Mode;
pub use self::operations::FileOperations;
use crate::{NEVER, OpenOptions};

/// An open file, for async code: [`std::fs::File`].
///
/// It is read, written and moved by the methods of [`FileOperations`], to which it dereferences, or
/// by the traits of tokio (feature `tokio`) or futures (feature `futures`). A trait that is
/// imported takes precedence over the methods of the same name.
///
/// # Reads
///
/// On Linux, a read of 4 KiB or more takes what is in the memory of the system (the page cache) at
/// once, on the thread of the caller, if the file system supports that: ext4, XFS and Btrfs do,
/// network file systems and overlayfs do not, and tmpfs does if the system has no swap space. All
/// else is read on the pool, at least 64 KiB at a time, and ahead of a caller that reads fast. A
/// `BufReader` is useful for lines, and not needed for speed.
///
/// # Writes
///
/// A write completes when its bytes are in a buffer of the `File`, and is done in the background.
/// Use `flush` to wait until all bytes have been passed to the system, and
/// [`sync_all`](Self::sync_all) until they are on the disk. An error is returned by the next write,
/// flush, seek, or method of `File` that waits for earlier writes, which does nothing else then.
/// Bytes that were accepted and not written until then are discarded, as they must not follow a
/// gap. After a flush the process keeps at most four buffers (4 MiB) for later writers.
///
/// Dropping the `File` writes the accepted bytes in the background, and ignores errors. The end of
/// the process does not wait for that: flush the file, or put
/// [`#[asyncify_runtime::main]`](asyncify_runtime::main) on `main`.
///
/// A file that can be written to is closed on the pool, since closing it may wait for a file server
/// or a disk. On Linux, one that was opened for reading is closed at once, on the thread of the
/// caller.
///
/// # Cancel safety
///
/// Reads and writes are cancel safe. The bytes that were read for a dropped read are returned by
/// the next one, and a write that is dropped before it completes has accepted nothing. A dropped
/// flush loses nothing. A seek that is dropped may or may not take place before the next operation.
///
/// A method by `&self` that is dropped before it runs never runs; if it is dropped later, it runs
/// to its end.
///
/// # Sharing
///
/// Methods by `&self` can be called at the same time, for example on a file in an `Arc`. Those at a
/// position, as [`read_at`](Self::read_at), run in parallel, and so does
/// [`metadata`](Self::metadata) of a file without accepted bytes; all others run in turns.
/// [`try_clone`](Self::try_clone) returns a file with the same cursor.
///
/// # Examples
///
/// ```
/// use asyncify_fs::File;
///
/// # futures::executor::block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("file");
/// let mut file = File::create(&path).await?;
/// file.write_all(b"hello, world").await?;
/// file.flush().await?;
///
/// let mut file = File::open(&path).await?;
/// let mut text = String::new();
/// file.read_to_string(&mut text).await?;
/// assert_eq!(text, "hello, world");
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct File {
    operations: FileOperations,
}

impl File {
    /// Creates a `File` of an open one. Does not block.
    #[must_use]
    pub fn from_std(file: StdFile) -> Self {
        let mode = Mode::of(&file);
        let file = Arc::new(file);
        let mut unblock = Unblock::new(file.clone());
        if mode.is_read_only {
            unblock = unblock.drop_in_place();
        }
        let operations = FileOperations {
            file,
            unblock,
            cached: Cached::new(mode.may_read_cached),
            pending: false,
            unflushed: false,
            #[cfg(feature = "tokio")]
            started_seek: None,
            #[cfg(feature = "tokio")]
            sought: 0,
            max_buf_size: None,
        };
        Self { operations }
    }

    /// Returns options with which a file is opened: [`OpenOptions::new`].
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Returns the file after the accepted bytes have been written; its cursor is where the caller
    /// sees it.
    ///
    /// The error of an earlier write is lost: flush before if it matters. While a positioned
    /// operation that was dropped is still running, a duplicate is returned.
    pub async fn into_std(self) -> StdFile {
        let FileOperations { unblock, file, .. } = self.operations;
        drop(unblock.into_inner().await);
        match Arc::try_unwrap(file) {
            Ok(file) => file,
            Err(shared) => BlockingCall::new(move || unshare(shared)).await,
        }
    }

    /// Returns the file at once, unless an operation is in progress, bytes were read ahead, or
    /// there is an error to report.
    ///
    /// # Errors
    ///
    /// Returns the unchanged `File` in these cases; [`into_std`](Self::into_std) waits instead.
    #[allow(clippy::result_large_err, reason = "the error is the file itself")]
    pub fn try_into_std(mut self) -> Result<StdFile, Self> {
        // Two owners: the field, and the value at rest.
        let at_rest = self.operations.unblock.try_with(|_| ()).is_some();
        if !at_rest || Arc::strong_count(&self.operations.file) != 2 {
            return Err(self);
        }
        let FileOperations { unblock, file, .. } = self.operations;
        drop(unblock.try_into_inner());
        Ok(Arc::into_inner(file).expect("nothing else uses the file"))
    }

    /// Returns a file with the same cursor: what moves that of one moves that of the other.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of [`std::fs::File::try_clone`].
    pub async fn try_clone(&self) -> io::Result<Self> {
        let mut clone = Self::from_std(self.in_turn(StdFile::try_clone).await?);
        if let Some(size) = self.operations.max_buf_size {
            clone.set_max_buf_size(size);
        }
        // A read of one must not wait on the caller's thread while the pool reads for the other,
        // since the system lets only one of them use the cursor.
        clone.operations.cached.share_cursor();
        self.operations.cached.share_cursor();
        Ok(clone)
    }

    /// Sets the most bytes that are read, or accepted by a write, at once. The default is 256 KiB,
    /// for writes 1 MiB.
    ///
    /// # Panics
    ///
    /// Panics if it is 0.
    #[track_caller]
    pub fn set_max_buf_size(&mut self, max_buf_size: usize) {
        assert!(max_buf_size > 0, "`max_buf_size` must be greater than 0");
        self.operations.max_buf_size = Some(max_buf_size);
        self.operations.unblock.set_capacity(max_buf_size);
    }

    /// Returns the most bytes that are read, or accepted by a write, at once. Without a call of
    /// [`set_max_buf_size`](Self::set_max_buf_size), that is the default for reads.
    #[must_use]
    pub fn max_buf_size(&self) -> usize {
        self.operations.max_buf_size()
    }

    /// Calls `f` on the pool, after the operations before it.
    async fn in_turn<R, F>(&self, f: F) -> io::Result<R>
    where
        R: Send + 'static,
        F: FnOnce(&StdFile) -> io::Result<R> + Send + 'static,
    {
        self.operations.unblock.with(move |file| f(file)).await?
    }
}

#[sync_to_async(opt_in, timeout = NEVER)]
impl File {
    /// Opens a file for reading: [`std::fs::File::open`].
    ///
    /// # Errors
    ///
    /// Returns an error if the file does not exist or may not be read.
    #[sync_to_async]
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        StdFile::open(path).map(File::from_std)
    }

    /// Opens a file for writing, which is created if it does not exist and truncated if it does:
    /// [`std::fs::File::create`].
    ///
    /// # Errors
    ///
    /// Returns an error if the file may not be created or written to.
    #[sync_to_async]
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        StdFile::create(path).map(File::from_std)
    }

    /// Creates a file that does not exist, for reading and writing: [`std::fs::File::create_new`].
    ///
    /// # Errors
    ///
    /// Returns an error if something exists at the path, or the file may not be created.
    #[sync_to_async]
    pub fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        StdFile::create_new(path).map(File::from_std)
    }
}

/// Returns a file that operations may still be using; blocks.
fn unshare(mut shared: Arc<StdFile>) -> StdFile {
    let mut pause = Duration::from_millis(1);
    loop {
        shared = match Arc::try_unwrap(shared) {
            Ok(file) => return file,
            Err(shared) => shared,
        };
        if let Ok(file) = shared.try_clone() {
            return file;
        }
        // There is no descriptor left. An operation may wait for a lock as long as it likes, and
        // no event says when another descriptor is closed.
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

impl Deref for File {
    type Target = FileOperations;

    fn deref(&self) -> &FileOperations {
        &self.operations
    }
}

impl DerefMut for File {
    fn deref_mut(&mut self) -> &mut FileOperations {
        &mut self.operations
    }
}

impl From<StdFile> for File {
    fn from(file: StdFile) -> Self {
        Self::from_std(file)
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("asyncify_fs::File").field("std", &self.operations.file).finish()
    }
}
