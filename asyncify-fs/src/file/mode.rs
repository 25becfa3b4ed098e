//! How a file was opened, and what follows for the thread of the caller.

use std::fs::File;

#[derive(Default)]
pub(super) struct Mode {
    /// Reads may take what is in the memory of the system. Direct ones wait for the device even
    /// with `RWF_NOWAIT`.
    pub(super) may_read_cached: bool,
    /// The file cannot be written to, so closing it has nothing to write. Closing one that was
    /// written to waits for the server, on a network file system, and on a local one, it may
    /// allocate blocks and start to write (ext4 and XFS after a truncation, Btrfs) or give back
    /// what was reserved (XFS).
    pub(super) is_read_only: bool,
}

impl Mode {
    #[cfg(target_os = "linux")]
    pub(super) fn of(file: &File) -> Self {
        use rustix::fs::{OFlags, fcntl_getfl};

        let Ok(flags) = fcntl_getfl(file) else { return Self::default() };
        Self {
            may_read_cached: !flags.contains(OFlags::DIRECT),
            is_read_only: flags & OFlags::RWMODE == OFlags::RDONLY,
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_: &File) -> Self {
        Self::default()
    }
}
