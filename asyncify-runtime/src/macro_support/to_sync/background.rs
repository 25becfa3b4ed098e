//! A tokio runtime for threads that have none.

use std::sync::OnceLock;
use std::{io, thread};

use tokio::runtime::{Builder, EnterGuard, Handle};

/// Made at its first use, and left when the process ends.
static BACKGROUND: OnceLock<Handle> = OnceLock::new();

/// Makes the background runtime current on this thread, unless there is one around.
pub(super) fn enter_where_there_is_none() -> Option<EnterGuard<'static>> {
    if Handle::try_current().is_ok() {
        return None;
    }
    // A first use that fails leaves nothing behind: the next one tries again.
    let background =
        BACKGROUND.get_or_init(|| start().expect("the system refuses a thread or a poller"));
    Some(background.enter())
}

/// Starts the thread that moves the runtime's timers and sockets, and runs what is spawned on it.
fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("asyncify-tokio".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}
