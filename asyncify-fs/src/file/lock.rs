//! Locks, which the standard library has since Rust 1.89.

#[rustversion::since(1.89)]
#[allow(clippy::incompatible_msrv, reason = "older compilers do not see this")]
mod since_1_89 {
    use std::fs::{File as StdFile, TryLockError};
    use std::io;
    use std::sync::Arc;

    use asyncify_runtime::sync_to_async;

    use super::super::positioned::retry;
    use crate::{File, NEVER};

    /// Locks of the whole file, with Rust 1.89 and later. They belong to the open file, not to the
    /// task, and are released when it is closed.
    impl File {
        /// Locks the file exclusively: [`std::fs::File::lock`].
        ///
        /// The call waits on a thread of the pool. Where many tasks compete for a lock, let them
        /// wait for an async mutex of the program first.
        ///
        /// # Cancel safety
        ///
        /// If the future is dropped, the file is not locked: the lock is released as soon as the
        /// call gets it, together with one that the file had before.
        ///
        /// # Errors
        ///
        /// Returns the error of the system. Some file systems have no locks.
        ///
        /// # Examples
        ///
        /// ```
        /// use asyncify_fs::File;
        ///
        /// # futures::executor::block_on(async {
        /// # let folder = tempfile::tempdir()?;
        /// # let path = folder.path().join("counter");
        /// let mut file = File::create(&path).await?;
        /// file.lock().await?;
        /// file.write_all(b"1").await?;
        /// file.unlock().await?;
        /// assert_eq!(asyncify_fs::read(&path).await?, b"1");
        /// # Ok::<(), std::io::Error>(()) }).unwrap();
        /// ```
        pub async fn lock(&self) -> io::Result<()> {
            wait(self.operations.file.clone(), StdFile::lock).await.map(Lock::keep)
        }

        /// Locks the file together with others that lock it so: [`std::fs::File::lock_shared`].
        /// Waits as [`lock`](Self::lock) does.
        ///
        /// # Cancel safety
        ///
        /// That of [`lock`](Self::lock).
        ///
        /// # Errors
        ///
        /// Those of [`lock`](Self::lock).
        pub async fn lock_shared(&self) -> io::Result<()> {
            wait(self.operations.file.clone(), StdFile::lock_shared).await.map(Lock::keep)
        }

        /// Locks the file exclusively, if no other has locked it: [`std::fs::File::try_lock`].
        ///
        /// # Cancel safety
        ///
        /// That of [`lock`](Self::lock).
        ///
        /// # Errors
        ///
        /// Returns [`TryLockError::WouldBlock`] if it is locked, or the error of the system.
        pub async fn try_lock(&self) -> Result<(), TryLockError> {
            attempt(self.operations.file.clone(), StdFile::try_lock).await
        }

        /// Locks the file together with others, if no other has locked it exclusively:
        /// [`std::fs::File::try_lock_shared`].
        ///
        /// # Cancel safety
        ///
        /// That of [`lock`](Self::lock).
        ///
        /// # Errors
        ///
        /// Those of [`try_lock`](Self::try_lock).
        pub async fn try_lock_shared(&self) -> Result<(), TryLockError> {
            attempt(self.operations.file.clone(), StdFile::try_lock_shared).await
        }

        /// Releases the lock, after the accepted bytes have been written:
        /// [`std::fs::File::unlock`].
        ///
        /// # Errors
        ///
        /// Returns the error of an earlier write, and keeps the lock then; or the error of the
        /// system.
        pub async fn unlock(&self) -> io::Result<()> {
            self.in_turn(StdFile::unlock).await
        }
    }

    /// A lock on its way to the caller. It is released when it is dropped: no one waits for it any
    /// more.
    struct Lock(Option<Arc<StdFile>>);

    impl Lock {
        fn keep(mut self) {
            self.0 = None;
        }
    }

    impl Drop for Lock {
        fn drop(&mut self) {
            if let Some(file) = &self.0 {
                _ = file.unlock();
            }
        }
    }

    #[sync_to_async(timeout = NEVER)]
    fn wait(file: Arc<StdFile>, lock: fn(&StdFile) -> io::Result<()>) -> io::Result<Lock> {
        retry(|| lock(&file))?;
        Ok(Lock(Some(file)))
    }

    async fn attempt(
        file: Arc<StdFile>,
        lock: fn(&StdFile) -> Result<(), TryLockError>,
    ) -> Result<(), TryLockError> {
        match try_now(file, lock).await.map_err(TryLockError::Error)? {
            Some(lock) => {
                lock.keep();
                Ok(())
            }
            None => Err(TryLockError::WouldBlock),
        }
    }

    #[sync_to_async(timeout = NEVER)]
    fn try_now(
        file: Arc<StdFile>,
        lock: fn(&StdFile) -> Result<(), TryLockError>,
    ) -> io::Result<Option<Lock>> {
        match lock(&file) {
            Ok(()) => Ok(Some(Lock(Some(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
