//! `tracing` across processes: the caller's span goes to the worker, and the events of the function
//! come back into that span.
//!
//! The `Metadata` of a span or event is a static, which cannot be sent to another process. So both
//! are sent as text. The caller records events with static metadata of this crate, one for each
//! level, as `tracing-log` does with the records of `log`.
//!
//! Levels that no subscriber of the caller's process enables are not sent.

mod caller;
mod fields;
mod worker;

use serde::{Deserialize, Serialize};
use tracing::Level;

pub(crate) use self::caller::Caller;
pub use self::fields::SpanFields;
pub(crate) use self::worker::{enter, install};

/// The target of the static metadata.
const TARGET: &str = "asyncify_runtime::process";

/// By verbosity.
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// From 1 to 5; 0 is left for "off".
fn verbosity(level: Level) -> usize {
    LEVELS.iter().position(|other| *other == level).map_or(0, |index| index + 1)
}

/// What a worker needs to know of its caller.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// The most [verbose](verbosity) level that any subscriber of the caller's process takes.
    verbosity: usize,
    span: Option<CallerSpan>,
}

impl Scope {
    /// The name, the target and the fields of the caller's span.
    #[cfg(feature = "remote")]
    pub(crate) fn span(&self) -> Option<[&str; 3]> {
        self.span.as_ref().map(|CallerSpan { name, target, fields }| [&name[..], target, fields])
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct CallerSpan {
    name: String,
    target: String,
    fields: String,
}

/// An event of a worker.
#[derive(Default, Serialize, Deserialize)]
struct Record {
    verbosity: usize,
    target: String,
    file: Option<String>,
    line: Option<u32>,
    message: String,
    /// All but the message.
    fields: String,
    /// The spans of the function that it happened in.
    spans: String,
}
