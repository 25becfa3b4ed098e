//! What is known about a file without asking a file server.
//!
//! `fstat` and `fstatfs` of a file on a network file system, or on one in user space, wait for the
//! answer of its server. Nothing here does: these questions are answered on the thread of the
//! caller.

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::IoSliceMut;

    use rustix::fs::{AtFlags, FileType, StatxFlags, fcntl_get_seals, statx};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    use rustix::system::sysinfo;

    /// A position past the end of any file.
    const PAST_ANY_END: u64 = i64::MAX as u64 - 1;

    /// Returns whether no read of the file waits: it is in memory, and not in swap space.
    pub(in super::super) fn has_bytes_in_memory(file: &File) -> bool {
        is_in_memory(file) && sysinfo().totalswap == 0
    }

    /// Returns whether `fstat` does not wait.
    ///
    /// The file systems that offer reads which do not wait are local ones, and have the metadata of
    /// an open file in memory; one of clusters, OCFS2, offers them and may ask another machine. The
    /// metadata of a device or a pipe is that of its node, which may be on any file system.
    pub(in super::super) fn has_metadata_in_memory(file: &File) -> bool {
        is_in_memory(file) || is_regular(file) && can_be_read_without_waiting(file)
    }

    /// Returns whether this is a file of a tmpfs, or made of huge pages: no others have seals.
    fn is_in_memory(file: &File) -> bool {
        fcntl_get_seals(file).is_ok()
    }

    fn is_regular(file: &File) -> bool {
        // Without a request to the server. The type of a file never changes.
        let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
        statx(file, c"", flags, StatxFlags::TYPE).is_ok_and(|metadata| {
            FileType::from_raw_mode(metadata.stx_mode.into()) == FileType::RegularFile
        })
    }

    fn can_be_read_without_waiting(file: &File) -> bool {
        let target = &mut [0];
        let slices = &mut [IoSliceMut::new(target)];
        let read = preadv2(file, slices, PAST_ANY_END, ReadWriteFlags::NOWAIT);
        matches!(read, Ok(0) | Err(Errno::AGAIN))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;

    pub(in super::super) fn has_bytes_in_memory(_: &File) -> bool {
        false
    }

    pub(in super::super) fn has_metadata_in_memory(_: &File) -> bool {
        false
    }
}

pub(super) use self::system::{has_bytes_in_memory, has_metadata_in_memory};
