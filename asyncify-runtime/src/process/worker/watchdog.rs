//! The thread that ends a worker whose pool has gone, and hears of cancelled calls.
//!
//! Not `PR_SET_PDEATHSIG`: that signal comes when the *thread* ends that has started the worker.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::{io, thread};

use rustix::event::{PollFd, PollFlags};
use rustix::process::Signal;

use crate::process::sys;
use crate::sync::{AtomicU64, Ordering};

/// It calls little; the system's own libraries decide how little is enough.
const STACK: usize = 64 * 1024;

/// The call that runs now; 0 for none. Calls are numbered from 1.
static CURRENT: AtomicU64 = AtomicU64::new(0);
/// The call that was cancelled last.
static CANCELLED: AtomicU64 = AtomicU64::new(0);

/// Whether the call that this worker runs is cancelled. False in any other process.
pub(crate) fn is_cancelled() -> bool {
    // Relaxed: the answer publishes nothing, and `CURRENT` changes between calls only.
    let current = CURRENT.load(Ordering::Relaxed);
    current != 0 && current == CANCELLED.load(Ordering::Relaxed)
}

/// The call that this worker runs; 0 for none.
#[cfg(feature = "tracing")]
pub(crate) fn current_call() -> u64 {
    // Relaxed: as above.
    CURRENT.load(Ordering::Relaxed)
}

/// Says which call begins; 0 for the end of one.
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
        let gone = PollFd::new(socket, PollFlags::RDHUP);
        let (gone, announced) = match &control {
            None => {
                let mut fds = [gone];
                sys::poll(&mut fds, None).unwrap_or_else(|_| end());
                (!fds[0].revents().is_empty(), false)
            }
            Some(control) => {
                let mut fds = [gone, PollFd::new(control, PollFlags::IN)];
                sys::poll(&mut fds, None).unwrap_or_else(|_| end());
                let [gone, announced] = fds.map(|fd| !fd.revents().is_empty());
                (gone, announced)
            }
        };
        if gone {
            end();
        }
        if announced {
            let mut call = [0; 8];
            match control.as_mut().map(|control| control.read_exact(&mut call)) {
                // Relaxed: see `is_cancelled`.
                Some(Ok(())) => CANCELLED.store(u64::from_le_bytes(call), Ordering::Relaxed),
                _ => control = None,
            }
        }
    }
}

/// Ends this process and what it has started, whatever else it is doing: `exit` would wait for
/// locks that the function may hold.
fn end() -> ! {
    let own = rustix::process::getpid();
    let _ = rustix::process::kill_process_group(own, Signal::KILL);
    let _ = rustix::process::kill_process(own, Signal::KILL);
    std::process::abort()
}
