//! Reads of bytes that are in the memory of the system, without a call on the pool.
//!
//! `preadv2` with `RWF_NOWAIT` copies what is in the page cache (or in a pipe) and does not wait
//! for a device or a lock. It finds fewer bytes than there are, or none; then the pool reads, and
//! finds errors, too. Some versions of Linux find none and say that this is the end (5.9, 5.10), so
//! that is compared with the size.
//!
//! tmpfs has no such reads. Its files are in memory, and any read of them is a copy, if the system
//! has no swap space that their pages could be in ([`local`]).

use std::fs::File;
use std::io::IoSliceMut;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use super::local;

/// The least that is worth a system call of its own; smaller reads share a buffer.
const MIN_SIZE: usize = 4 << 10;
/// The most that is copied on the thread of the caller at once, in about 20 us.
const MAX_SIZE: usize = 128 << 10;
/// What a task may do on the thread of the caller, in bytes, before other tasks have a turn.
pub(super) const BUDGET: usize = 512 << 10;

/// Whether and how much a file is used on the thread of the caller.
pub(super) struct Cached {
    /// A [`Way`].
    way: AtomicU8,
    /// Another `File` uses the same cursor.
    cursor_is_shared: AtomicBool,
    /// The bytes of the operations since a task was last pending.
    spent: AtomicUsize,
}

/// How a file is read on the thread of the caller.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Way {
    /// By reads that do not wait.
    NoWait,
    /// By any reads: all of the file is in memory.
    Plain,
    Unsupported,
}

impl Cached {
    /// `may_read`: such reads of the file may be possible.
    pub(super) fn new(may_read: bool) -> Self {
        Self {
            way: AtomicU8::new(if may_read { Way::NoWait } else { Way::Unsupported } as u8),
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
        wanted >= MIN_SIZE && self.way.load(Ordering::Relaxed) != Way::Unsupported as u8
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

    /// Reads what is in memory, at a position or at the cursor, which is moved. Returns 0 at the
    /// end of the file, and `None` if there is nothing, or the pool has to find out.
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
        let is_plain = self.way.load(Ordering::Relaxed) == Way::Plain as u8;
        let limit = limit.min(MAX_SIZE);
        let result = if wanted <= limit {
            system::read(file, targets, position, is_plain)
        } else {
            let first = targets.iter_mut().find(|target| !target.is_empty())?;
            let count = first.len().min(limit);
            let target = IoSliceMut::new(&mut first[..count]);
            system::read(file, &mut [target], position, is_plain)
        };
        match result {
            Ok(0) if !system::is_at_end(file, position) => None,
            Ok(count) => Some(count),
            Err(system::Failure::Nothing) => None,
            Err(system::Failure::Unsupported) if !is_plain && local::has_bytes_in_memory(file) => {
                self.way.store(Way::Plain as u8, Ordering::Relaxed);
                self.read(file, targets, position, limit)
            }
            Err(system::Failure::Unsupported) => {
                self.way.store(Way::Unsupported as u8, Ordering::Relaxed);
                None
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::IoSliceMut;

    use rustix::fs::{FileType, fstat, tell};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    pub(super) enum Failure {
        Nothing,
        Unsupported,
    }

    pub(super) fn read(
        file: &File,
        targets: &mut [IoSliceMut<'_>],
        position: Option<u64>,
        is_plain: bool,
    ) -> Result<usize, Failure> {
        // The largest position stands for the cursor.
        let position = position.unwrap_or(u64::MAX);
        let flags = if is_plain { ReadWriteFlags::empty() } else { ReadWriteFlags::NOWAIT };
        match preadv2(file, targets, position, flags) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Err(Failure::Nothing),
            Err(_) => Err(Failure::Unsupported),
        }
    }

    /// Returns whether a position, or the cursor, is at or past the end of a regular file.
    pub(super) fn is_at_end(file: &File, position: Option<u64>) -> bool {
        let position = position.map_or_else(|| tell(file), Ok);
        let Ok((position, stat)) = position.and_then(|position| Ok((position, fstat(file)?)))
        else {
            return false;
        };
        FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && u64::try_from(stat.st_size).is_ok_and(|size| size <= position)
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

    pub(super) fn read(
        _: &File,
        _: &mut [IoSliceMut<'_>],
        _: Option<u64>,
        _: bool,
    ) -> Result<usize, Failure> {
        Err(Failure::Unsupported)
    }

    pub(super) fn is_at_end(_: &File, _: Option<u64>) -> bool {
        false
    }
}
