//! A tokio runtime for threads that are not in one.

use std::sync::OnceLock;
use std::{io, thread};

use tokio::runtime::{Builder, EnterGuard, Handle};

use crate::util::catch;

/// Created on first use, and never shut down.
static BACKGROUND: OnceLock<Handle> = OnceLock::new();

/// Enters the background runtime on this thread, unless the thread is in a runtime.
///
/// # Panics
///
/// Panics if the thread drives the runtime that it is in.
#[track_caller]
pub(super) fn enter() -> Option<EnterGuard<'static>> {
    if let Ok(runtime) = Handle::try_current() {
        // tokio's own message does not tell how to solve the problem.
        assert!(
            catch(|| runtime.block_on(async {})).is_ok(),
            "blocking version of an async function called in async code, whose thread it would \
             block: `.await` the async function instead"
        );
        return None;
    }
    // If the start fails, the cell stays empty, and the next use tries again.
    let background =
        BACKGROUND.get_or_init(|| start().expect("the background runtime cannot be started"));
    Some(background.enter())
}

/// Starts the thread that drives the runtime's timers and sockets, and runs its spawned tasks.
fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("asyncify-tokio".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}
