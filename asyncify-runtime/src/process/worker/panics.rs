//! The locations and backtraces of panics.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic;

use crate::error::process::Panic;
use crate::process::wire::MAX_MESSAGE;
use crate::util::{drop_quietly, panic_message};

std::thread_local! {
    /// The location and the backtrace of the last panic of this thread.
    static LAST: RefCell<(Option<String>, Option<String>)> = const { RefCell::new((None, None)) };
}

/// Installs a panic hook that stores the location, and calls the previous hook.
pub(super) fn install_hook() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let location = info.location().map(ToString::to_string);
        let backtrace = Backtrace::capture();
        let captured = backtrace.status() == BacktraceStatus::Captured;
        let backtrace = captured.then(|| backtrace.to_string());
        // Fails while the locals of the thread are destroyed.
        let _ = LAST.try_with(|last| last.replace((location, backtrace)));
        report(info);
    }));
}

/// Describes a panic that was caught on this thread, for the pool.
pub(super) fn describe(payload: Box<dyn Any + Send>) -> Panic {
    let (location, backtrace) = LAST.take();
    let message = panic_message(&*payload);
    drop_quietly(payload);
    Panic { message: message.map(cut), location, backtrace: backtrace.map(cut) }
}

/// Cuts a text, so that the answer does not exceed its limit.
fn cut(mut text: String) -> String {
    const LONGEST: usize = MAX_MESSAGE / 4;
    if let Some((end, _)) = text.char_indices().find(|(at, c)| at + c.len_utf8() > LONGEST) {
        text.truncate(end);
    }
    text
}
