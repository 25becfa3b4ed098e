//! The descriptors that a worker begins with.
//!
//! Code outside of the standard library opens some without the mark that closes them in new
//! programs; a worker would inherit those, and with them locks, sockets and pipes that then never
//! close. Only an owner can close a descriptor in safe code, but everybody can mark one: so a worker
//! that finds any marks them all and starts over.

use std::io;
use std::os::fd::RawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::process::sys;

/// Tells the second start from the first, lest a descriptor that always comes back makes more.
const CLEANED: &str = "ASYNCIFY_WORKER_CLEANED";

/// The first descriptor that is not one of the standard three.
const FIRST: RawFd = 3;

/// Takes the socket off stdin, where the null device then is.
pub(super) fn claim() -> io::Result<UnixStream> {
    if std::env::var_os(CLEANED).is_none() && inherits_descriptors() {
        close_fds::set_fds_cloexec(FIRST, &[]);
        return Err(start_over());
    }
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), FIRST)?;
    rustix::stdio::dup2_stdin(sys::null()?)?;
    Ok(UnixStream::from(socket))
}

fn inherits_descriptors() -> bool {
    close_fds::iter_open_fds(FIRST).any(|fd| !closes_on_exec(fd))
}

/// What the system says of it; one that it says nothing of was gone before it was asked.
fn closes_on_exec(fd: RawFd) -> bool {
    const O_CLOEXEC: u32 = 0o2_000_000;
    let Ok(info) = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}")) else { return true };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_none_or(|flags| flags & O_CLOEXEC != 0)
}

/// Replaces this process by a new one of the same program; returns only when that fails.
fn start_over() -> io::Error {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    Command::new("/proc/self/exe").arg0(name).args(arguments).env(CLEANED, "1").exec()
}
