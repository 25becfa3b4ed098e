//! The locations and backtraces of panics.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic;

use crate::error::process::Panic;
use crate::process::wire::MAX_MESSAGE;

std::thread_local! {
    /// The last panic of this thread.
    static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

struct Place {
    location: Option<String>,
    backtrace: Option<String>,
}

/// Installs a panic hook that stores the location, and calls the previous hook.
pub(super) fn install_hook() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let backtrace = Backtrace::capture();
        let place = Place {
            location: info.location().map(ToString::to_string),
            backtrace: (backtrace.status() == BacktraceStatus::Captured)
                .then(|| backtrace.to_string()),
        };
        // Fails while the locals of the thread are destroyed.
        let _ = LAST.try_with(|last| last.replace(Some(place)));
        report(info);
    }));
}

/// Describes a panic that was caught on this thread, for the pool.
pub(super) fn describe(payload: &(dyn Any + Send)) -> Panic {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let place = LAST.with(RefCell::take);
    let (location, backtrace) = match place {
        Some(place) => (place.location, place.backtrace),
        None => (None, None),
    };
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
