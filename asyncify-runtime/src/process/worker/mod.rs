//! The worker process.

mod descriptors;
mod limits;
mod panics;
mod serve;
mod watchdog;

use std::os::unix::net::UnixStream;

use super::setup;
use crate::sync::{AtomicBool, Ordering};

#[cfg(feature = "tracing")]
pub(crate) use self::serve::send;
#[cfg(feature = "tracing")]
pub(crate) use self::watchdog::current_call;
pub(crate) use self::watchdog::is_cancelled;

static IS_WORKER: AtomicBool = AtomicBool::new(false);

/// Whether this process is a worker.
pub(crate) fn is_worker() -> bool {
    // Relaxed: set before any code of the user runs.
    IS_WORKER.load(Ordering::Relaxed)
}

/// Whether this process was started as a worker, and has not inherited the variable from one: stdin
/// is a socket that was created by the process in the variable.
pub(crate) fn is_started_as_worker() -> bool {
    let Some(pid) = setup::pool_pid() else { return false };
    rustix::net::sockopt::socket_peercred(rustix::stdio::stdin())
        .is_ok_and(|peer| peer.pid.as_raw_nonzero().get().unsigned_abs() == pid)
}

/// Runs the worker, and exits.
pub(crate) fn main() -> ! {
    IS_WORKER.store(true, Ordering::Relaxed);
    let code = match descriptors::claim().and_then(work) {
        Ok(()) => 0,
        // The pool has exited, or knows why this worker does.
        Err(_) => 1,
    };
    std::process::exit(code)
}

fn work(socket: UnixStream) -> std::io::Result<()> {
    let socket = serve::share(socket);
    serve::set_up(socket)?.map_or(Ok(()), |ready| serve::run(socket, ready))
}
