//! The other side: a process that runs what it is sent.

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
    // Relaxed: set before anything of the user's runs here.
    IS_WORKER.load(Ordering::Relaxed)
}

/// Whether this process was started as a worker: its token, and a socket for stdin whose other
/// end was made by the process that the token names, alive or not.
pub(crate) fn asked() -> Option<Token> {
    Token::from_env().filter(|token| is_for_us(*token))
}

/// Whether the token is this process's own, and not inherited from a worker.
pub(crate) fn is_for_us(token: Token) -> bool {
    rustix::net::sockopt::socket_peercred(rustix::stdio::stdin())
        .is_ok_and(|peer| peer.pid.as_raw_nonzero().get().unsigned_abs() == token.pid)
}

/// Becomes a worker, for good.
pub(crate) fn main(token: Token) -> ! {
    IS_WORKER.store(true, Ordering::Relaxed);
    let code = match descriptors::claim().and_then(|socket| work(socket, token)) {
        Ok(()) => 0,
        // The pool has gone, or is about to say why it has ended us; there is nobody to tell.
        Err(_) => 1,
    };
    std::process::exit(code)
}

fn work(socket: UnixStream, token: Token) -> std::io::Result<()> {
    let socket = serve::share(socket);
    let Some((setup, reader)) = serve::greet(socket, token)? else { return Ok(()) };
    serve::run(socket, reader, &setup)
}
