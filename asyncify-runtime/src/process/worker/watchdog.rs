//! A thread that kills the worker when the pool's process has exited, and receives cancellations.
//!
//! Not `PR_SET_PDEATHSIG`: that signal is sent when the *thread* exits that has started the worker.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::{io, thread};

use rustix::event::{PollFd, PollFlags};
use rustix::process::Signal;

use crate::process::sys;
use crate::sync::{AtomicU64, Ordering};

/// The thread calls little; libc may round this up.
const STACK: usize = 64 * 1024;

/// The current call; 0 for none. Calls are numbered from 1.
static CURRENT: AtomicU64 = AtomicU64::new(0);
/// The call that was cancelled last.
static CANCELLED: AtomicU64 = AtomicU64::new(0);

/// Whether the call that this worker runs is cancelled. False in any other process.
pub(crate) fn is_cancelled() -> bool {
    // Relaxed: the numbers publish nothing, and `CURRENT` changes between calls only.
    let current = CURRENT.load(Ordering::Relaxed);
    current != 0 && current == CANCELLED.load(Ordering::Relaxed)
}

/// The current call; 0 for none.
#[cfg(feature = "tracing")]
pub(crate) fn current_call() -> u64 {
    // Relaxed: as above.
    CURRENT.load(Ordering::Relaxed)
}

/// Sets the current call; 0 for none.
pub(super) fn set_current(call: u64) {
    // Relaxed: as above.
    CURRENT.store(call, Ordering::Relaxed);
}

/// Starts the thread.
pub(super) fn start(socket: &UnixStream, control: Option<UnixStream>) -> io::Result<()> {
    let socket = OwnedFd::from(socket.try_clone()?);
    thread::Builder::new()
        .name("watchdog".to_owned())
        .stack_size(STACK)
        .spawn(move || watch(&socket, control))
        .map(drop)
}

fn watch(socket: &OwnedFd, mut control: Option<UnixStream>) {
    loop {
        let mut fds = vec![PollFd::new(socket, PollFlags::RDHUP)];
        fds.extend(control.as_ref().map(|control| PollFd::new(control, PollFlags::IN)));
        if sys::poll(&mut fds, None).is_err() || !fds[0].revents().is_empty() {
            end();
        }
        let mut call = [0; 8];
        match control.as_mut().map(|control| control.read_exact(&mut call)) {
            // Relaxed: see `is_cancelled`.
            Some(Ok(())) => CANCELLED.store(u64::from_le_bytes(call), Ordering::Relaxed),
            _ => control = None,
        }
    }
}

/// Kills this process and its process group. `exit` could wait for locks that the function holds.
fn end() -> ! {
    let own = rustix::process::getpid();
    let _ = rustix::process::kill_process_group(own, Signal::KILL);
    let _ = rustix::process::kill_process(own, Signal::KILL);
    std::process::abort()
}
