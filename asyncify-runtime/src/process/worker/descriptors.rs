//! Inherited descriptors.
//!
//! Code outside of the standard library may open descriptors without `O_CLOEXEC`. A worker inherits
//! those, and would keep locks, sockets and pipes open. Safe code cannot close a descriptor that it
//! does not own, but it can set the flag: so a worker that finds any sets it on all of them, and
//! executes itself again.

use std::fs::File;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Marks the second start, so that there is no third.
const CLEANED: &str = "ASYNCIFY_WORKER_CLEANED";

/// The first descriptor after the standard ones.
const FIRST: RawFd = 3;

/// Takes the socket from stdin, and replaces that by the null device.
pub(super) fn claim() -> io::Result<UnixStream> {
    if std::env::var_os(CLEANED).is_none() && inherits_descriptors() {
        close_fds::set_fds_cloexec(FIRST, &[]);
        return Err(exec_again());
    }
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), FIRST)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(UnixStream::from(socket))
}

fn inherits_descriptors() -> bool {
    close_fds::iter_open_fds(FIRST).any(|fd| !closes_on_exec(fd))
}

/// Whether it has `O_CLOEXEC`, or is closed.
fn closes_on_exec(fd: RawFd) -> bool {
    const O_CLOEXEC: u32 = 0o2_000_000;
    let Ok(info) = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}")) else { return true };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_none_or(|flags| flags & O_CLOEXEC != 0)
}

/// Executes this program again; returns only if that fails.
fn exec_again() -> io::Error {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    Command::new("/proc/self/exe").arg0(name).args(arguments).env(CLEANED, "1").exec()
}
