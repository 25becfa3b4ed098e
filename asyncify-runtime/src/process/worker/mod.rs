//! The worker process.

mod descriptors;
mod limits;
mod panics;
mod serve;
mod watchdog;

use std::os::unix::net::UnixStream;

use super::hello::Token;
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

/// The token of this process, if it was started as a worker.
pub(crate) fn token() -> Option<Token> {
    Token::from_env().filter(|token| is_for_us(*token))
}

/// Whether the token is meant for this process, and not inherited from a worker: stdin is a socket
/// that was created by the process in the token.
pub(crate) fn is_for_us(token: Token) -> bool {
    rustix::net::sockopt::socket_peercred(rustix::stdio::stdin())
        .is_ok_and(|peer| peer.pid.as_raw_nonzero().get().unsigned_abs() == token.pid)
}

/// Runs the worker, and exits.
pub(crate) fn main(token: Token) -> ! {
    IS_WORKER.store(true, Ordering::Relaxed);
    let code = match descriptors::claim().and_then(|socket| work(socket, token)) {
        Ok(()) => 0,
        // The pool has exited, or knows why this worker does.
        Err(_) => 1,
    };
    std::process::exit(code)
}

fn work(socket: UnixStream, token: Token) -> std::io::Result<()> {
    let socket = serve::share(socket);
    let Some((setup, reader)) = serve::handshake(socket, token)? else { return Ok(()) };
    serve::run(socket, reader, &setup)
}
