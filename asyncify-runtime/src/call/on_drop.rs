//! What the drop of a pending call does if an option says so: let the call continue without its
//! caller, or wait for its end.
//!
//! Every call has to look for these options, but few programs use them. The options store the
//! functions, so the linker leaves both, with all that they call, out of the other programs.

use std::future::poll_fn;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use super::block_on;
use super::running::Waiting;
use crate::util::run_quietly;

static CONTINUE: OnceLock<fn(Waiting<'_>)> = OnceLock::new();
static JOIN: OnceLock<fn(&mut PollEnd<'_>)> = OnceLock::new();

/// Polls for the end of a call.
type PollEnd<'a> = dyn FnMut(&mut Context<'_>) -> Poll<()> + 'a;

/// A call is about to be detached.
pub(super) fn will_continue() {
    CONTINUE.get_or_init(|| |waiting| waiting.continue_in_background());
}

/// A call is about to get the option to be joined.
pub(super) fn will_join() {
    JOIN.get_or_init(|| |poll| run_quietly(|| block_on(poll_fn(poll))));
}

/// Lets a detached call reach its executor without being polled.
pub(super) fn continue_in_background(waiting: Waiting<'_>) {
    if let Some(continue_in_background) = CONTINUE.get() {
        continue_in_background(waiting);
    }
}

/// Waits for the end of a call that is joined on drop.
pub(super) fn join(poll: &mut PollEnd<'_>) {
    if let Some(join) = JOIN.get() {
        join(poll);
    }
}
