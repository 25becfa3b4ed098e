//! The state of processes, from `/proc`.

use std::fs;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The processes whose parent is `pid`, zombies too.
#[must_use]
pub fn children(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("a mounted /proc");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|child| stat(*child).is_some_and(|(_, parent)| parent == pid)).collect()
}

/// State and parent of a process that has not been reaped.
#[must_use]
pub fn stat(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may contain any character.
    let mut rest = text.rsplit_once(") ")?.1.split(' ');
    Some((rest.next()?.chars().next()?, rest.next()?.parse().ok()?))
}

/// Whether the process exists and is no zombie.
#[must_use]
pub fn runs(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z' && state != 'X')
}

/// The descriptors that this process has open.
#[must_use]
pub fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("a mounted /proc").count()
}

/// Waits until a process has ended, reaped or not.
///
/// # Panics
///
/// If it has not ended after a minute.
#[track_caller]
pub fn ended(pid: u32) {
    let pid = Pid::from_raw(pid.try_into().expect("a process id")).expect("not 0");
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(process) => readable(process),
        Err(error) => assert_eq!(error, Errno::SRCH),
    }
}

/// Waits until a descriptor is readable.
///
/// # Panics
///
/// If it is not readable after a minute.
#[track_caller]
pub fn readable(descriptor: impl AsFd) {
    let mut fds = [PollFd::new(&descriptor, PollFlags::IN)];
    let ready = rustix::event::poll(&mut fds, Some(&Timespec { tv_sec: 60, tv_nsec: 0 }));
    assert_eq!(ready, Ok(1), "not readable");
}
