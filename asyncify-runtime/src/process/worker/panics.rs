//! Where a panic happened, which its payload does not say.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic;

use crate::process::error::Panic;
use crate::process::wire::LONGEST_WORDS;

std::thread_local! {
    static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

struct Place {
    location: Option<String>,
    backtrace: Option<String>,
}

/// Notes the place of every panic of this thread, and reports it as before.
pub(super) fn install_hook() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let backtrace = Backtrace::capture();
        let place = Place {
            location: info.location().map(ToString::to_string),
            backtrace: (backtrace.status() == BacktraceStatus::Captured)
                .then(|| backtrace.to_string()),
        };
        // A panic while the thread's locals are destroyed has no place to be noted.
        let _ = LAST.try_with(|last| last.replace(Some(place)));
        report(info);
    }));
}

/// What the pool is told of a panic that was caught on this thread.
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

/// As much of it as fits into what a worker may say.
fn cut(mut text: String) -> String {
    const LONGEST: usize = LONGEST_WORDS / 4;
    if let Some((end, _)) = text.char_indices().find(|(at, c)| at + c.len_utf8() > LONGEST) {
        text.truncate(end);
    }
    text
}
