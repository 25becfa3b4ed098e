//! What is known about a file, and what makes its bytes durable.

use std::fs::{FileTimes, Metadata, Permissions};
use std::future::poll_fn;
use std::io;
use std::time::SystemTime;

use super::{File, local};

impl File {
    /// Waits until all bytes and metadata are on the disk: [`std::fs::File::sync_all`].
    ///
    /// Accepted bytes are written first.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
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
    /// file.write_all(b"to the disk").await?;
    /// file.sync_all().await?;
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub async fn sync_all(&self) -> io::Result<()> {
        self.in_turn(std::fs::File::sync_all).await
    }

    /// Waits until all bytes are on the disk, and the metadata that is needed to read them:
    /// [`std::fs::File::sync_data`].
    ///
    /// Accepted bytes are written first.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn sync_data(&self) -> io::Result<()> {
        self.in_turn(std::fs::File::sync_data).await
    }

    /// Truncates the file, or extends it with zeros: [`std::fs::File::set_len`]. The cursor stays.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        self.in_turn(move |file| file.set_len(size)).await
    }

    /// Returns the metadata of the file, with the accepted bytes: [`std::fs::File::metadata`].
    ///
    /// On Linux, that of a regular file is read at once, on the thread of the caller, if its file
    /// system is one whose cached bytes are read there, or tmpfs, and no bytes were accepted since
    /// the last flush.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        if !self.operations.unflushed {
            let cached = &self.operations.cached;
            poll_fn(|cx| cached.poll_turn(cx)).await;
            if local::has_metadata_in_memory(&self.file) {
                cached.count(0);
                return self.file.metadata();
            }
        }
        self.in_turn(std::fs::File::metadata).await
    }

    /// Changes the permissions of the file: [`std::fs::File::set_permissions`].
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.in_turn(move |file| file.set_permissions(permissions)).await
    }

    /// Changes the time stamps of the file: [`std::fs::File::set_times`].
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.in_turn(move |file| file.set_times(times)).await
    }

    /// Changes the time of the last modification: [`std::fs::File::set_modified`].
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of the call.
    pub async fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.in_turn(move |file| file.set_modified(time)).await
    }
}
