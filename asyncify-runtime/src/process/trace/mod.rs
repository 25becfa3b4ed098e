//! `tracing` across processes: the caller's span goes to the worker, and the events of the function
//! come back into that span.
//!
//! Spans and events are described by statics, of which each process has its own, and which no
//! other can name. So they travel with their description, and the other side [makes a static](site)
//! of each that it meets for the first time.
//!
//! Nothing is sent where nobody listens, and no event of a level that no subscriber here takes. What
//! is too much is [counted](remote) and said.

mod caller;
#[cfg(feature = "span_fields")]
mod fields;
mod remote;
mod site;
mod value;

use serde::{Deserialize, Serialize};

pub(crate) use self::caller::Caller;
#[cfg(feature = "span_fields")]
pub use self::fields::SpanFields;
pub(crate) use self::remote::{enter, install};
use self::site::Place;
use self::value::Fields;

/// A span or an event.
#[derive(Serialize, Deserialize)]
struct Record {
    place: Place,
    fields: Fields,
}

/// What a worker is told of the caller.
#[derive(Serialize, Deserialize)]
pub(crate) struct Scope {
    /// The finest level that any subscriber of the caller's process takes.
    level: u8,
    span: Option<Record>,
}

impl Scope {
    /// Makes it short.
    pub(crate) fn forget_fields(&mut self) {
        if let Some(span) = &mut self.span {
            span.fields = Fields::new();
        }
    }
}
