//! What the operating system offers to watch and stop a process, behind one seam.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::SendFlags;
use rustix::process::{Pid, PidfdFlags, Signal};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

/// A child process that can be awaited beside other descriptors, and killed safely.
///
/// A process id is free for others once the process is reaped; so what kills must hold the same
/// lock as what reaps ([`Link`](super::link::Link) does).
pub(crate) struct Watched {
    pid: Pid,
    /// Readable once the process has ended. The end of its socket would not do: a process that
    /// the worker has forked holds that open.
    pidfd: OwnedFd,
}

impl Watched {
    pub(crate) fn new(child: &Child) -> io::Result<Self> {
        let pid = Pid::from_child(child);
        let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { pid, pidfd })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Sends SIGKILL to the process, which must not be reaped yet, and to its group.
    pub(crate) fn kill(&self, group: bool) {
        // One that has ended already is no failure.
        let _ = rustix::process::pidfd_send_signal(&self.pidfd, Signal::KILL);
        if group {
            self.kill_group();
        }
    }

    /// Sends SIGKILL to what the process has left behind, before it is reaped.
    pub(crate) fn kill_group(&self) {
        let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
    }
}

impl AsFd for Watched {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

/// A clock that a thread can poll beside other descriptors, and that other threads can set without
/// waking it.
pub(crate) struct Timer(OwnedFd);

impl Timer {
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        Ok(Self(rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags)?))
    }

    /// Makes it readable `after` this time, and not before.
    pub(crate) fn set(&self, after: Duration) {
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Zero would disarm it.
        let after = after.max(Duration::from_nanos(1));
        let value = Timespec::try_from(after).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 });
        let value = Itimerspec { it_interval: zero, it_value: value };
        rustix::time::timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &value)
            .expect("a timer of ours takes a positive time");
    }

    /// Makes it unreadable again.
    pub(crate) fn clear(&self) {
        // It is not readable when another thread has set it in between.
        let _ = rustix::io::read(&self.0, &mut [0_u8; 8]);
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Waits until one of the descriptors has what was asked of it, or until the deadline.
pub(crate) fn poll(fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> io::Result<()> {
    loop {
        let timeout = deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            Timespec::try_from(left).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 })
        });
        match rustix::event::poll(fds, timeout.as_ref()) {
            Err(Errno::INTR) => {}
            result => return result.map(drop).map_err(Into::into),
        }
    }
}

/// Whether the descriptor is readable, or at its end, before the time-out.
pub(crate) fn is_readable_within(fd: impl AsFd, timeout: Duration) -> bool {
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    let polled = poll(&mut fds, Instant::now().checked_add(timeout));
    polled.is_ok() && !fds[0].revents().is_empty()
}

/// Whether the other end of a socket is closed.
pub(crate) fn has_hung_up(socket: &UnixStream) -> bool {
    let mut fds = [PollFd::new(socket, PollFlags::RDHUP)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(rustix::event::poll(&mut fds, Some(&now)), Ok(1..))
}

/// Writes what the socket takes now.
pub(crate) fn send_now(socket: &UnixStream, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match rustix::net::send(socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(0),
            result => return result.map_err(Into::into),
        }
    }
}

/// Whether the error says that the other end has gone without reading all that it was sent.
pub(crate) fn is_unread(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

/// The resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Reaps a child that has ended. Nobody knows how it ended when a foreign `waitpid` was faster.
pub(crate) fn reap(child: &mut Child) -> Option<ExitStatus> {
    child.wait().ok()
}

/// The null device, for reading.
pub(crate) fn null() -> io::Result<File> {
    File::open("/dev/null")
}
