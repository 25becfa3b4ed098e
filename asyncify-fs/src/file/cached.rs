//! Reads of bytes that are in the memory of the system, without a call on the pool.
//!
//! `preadv2` with `RWF_NOWAIT` copies what is in the page cache (or in a pipe) and does not wait
//! for a device or a lock. It finds fewer bytes than there are, or none; then the pool reads, and
//! finds the end of the file and errors, too.

use std::fs::File;
use std::io::IoSliceMut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// The least that is worth a system call of its own; smaller reads share a buffer.
const MIN_SIZE: usize = 4 << 10;
/// The most that is copied on the thread of the caller at once, in about 20 us.
const MAX_SIZE: usize = 128 << 10;
/// What a task may do on the thread of the caller, in bytes, before other tasks have a turn.
pub(super) const BUDGET: usize = 512 << 10;

/// Whether and how much a file is used on the thread of the caller.
pub(super) struct Cached {
    /// The system cannot read this file without waiting.
    unsupported: AtomicBool,
    /// Another `File` uses the same cursor.
    cursor_is_shared: AtomicBool,
    /// The bytes of the operations since a task was last pending.
    spent: AtomicUsize,
}

impl Cached {
    pub(super) fn new(file: &File) -> Self {
        Self {
            unsupported: AtomicBool::new(!system::is_supported(file)),
            cursor_is_shared: AtomicBool::new(false),
            spent: AtomicUsize::new(0),
        }
    }

    // Relaxed, here and below: each of these only selects the way by which the same result is
    // found.

    /// Uses the cursor only on the pool from now on.
    pub(super) fn share_cursor(&self) {
        self.cursor_is_shared.store(true, Ordering::Relaxed);
    }

    pub(super) fn may_use_cursor(&self) -> bool {
        !self.cursor_is_shared.load(Ordering::Relaxed)
    }

    /// Returns whether a read of so many bytes should be tried.
    pub(super) fn may_read(&self, wanted: usize) -> bool {
        wanted >= MIN_SIZE && !self.unsupported.load(Ordering::Relaxed)
    }

    /// Pending, with the task woken, if it should give other tasks a turn. Otherwise it may do an
    /// operation, to be [counted](Self::count).
    pub(super) fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.spent.load(Ordering::Relaxed) < BUDGET {
            return Poll::Ready(());
        }
        self.rest();
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Counts an operation on this number of bytes.
    pub(super) fn count(&self, bytes: usize) {
        self.spent.fetch_add(MIN_SIZE + bytes, Ordering::Relaxed);
    }

    /// The task is pending.
    pub(super) fn rest(&self) {
        self.spent.store(0, Ordering::Relaxed);
    }

    /// Reads what is in memory, at a position or at the cursor, which is moved. Returns `None` if
    /// there is nothing, or the pool has to find out.
    pub(super) fn read(
        &self,
        file: &File,
        targets: &mut [IoSliceMut<'_>],
        position: Option<u64>,
        limit: usize,
    ) -> Option<usize> {
        let wanted = targets.iter().map(|target| target.len()).sum();
        if !self.may_read(wanted) {
            return None;
        }
        let limit = limit.min(MAX_SIZE);
        let result = if wanted <= limit {
            system::read(file, targets, position)
        } else {
            let first = targets.iter_mut().find(|target| !target.is_empty())?;
            let count = first.len().min(limit);
            system::read(file, &mut [IoSliceMut::new(&mut first[..count])], position)
        };
        match result {
            Ok(count) => Some(count).filter(|count| *count > 0),
            Err(system::Failure::Nothing) => None,
            Err(system::Failure::Unsupported) => {
                self.unsupported.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::IoSliceMut;

    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    pub(super) enum Failure {
        Nothing,
        Unsupported,
    }

    pub(super) fn read(
        file: &File,
        targets: &mut [IoSliceMut<'_>],
        position: Option<u64>,
    ) -> Result<usize, Failure> {
        // The largest position stands for the cursor.
        let position = position.unwrap_or(u64::MAX);
        match preadv2(file, targets, position, ReadWriteFlags::NOWAIT) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Err(Failure::Nothing),
            Err(_) => Err(Failure::Unsupported),
        }
    }

    /// Returns whether reads may be possible. Direct ones wait for the device even with
    /// `RWF_NOWAIT`.
    pub(super) fn is_supported(file: &File) -> bool {
        fcntl_getfl(file).is_ok_and(|flags| !flags.contains(OFlags::DIRECT))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io::IoSliceMut;

    pub(super) enum Failure {
        #[allow(dead_code, reason = "only some systems find nothing")]
        Nothing,
        Unsupported,
    }

    pub(super) fn is_supported(_: &File) -> bool {
        false
    }

    pub(super) fn read(
        _: &File,
        _: &mut [IoSliceMut<'_>],
        _: Option<u64>,
    ) -> Result<usize, Failure> {
        Err(Failure::Unsupported)
    }
}
