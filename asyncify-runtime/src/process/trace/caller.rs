//! The caller, as its process keeps it while the worker runs.

use tracing::level_filters::LevelFilter;
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Span, dispatcher};

use super::site::{self, Place};
use super::{Record, Scope};
use crate::util::{catch, drop_quietly};

pub(crate) struct Caller {
    dispatcher: Dispatch,
    span: Span,
}

impl Caller {
    /// None where nobody listens.
    pub(crate) fn capture() -> Option<Self> {
        let dispatcher = dispatcher::get_default(|dispatcher| {
            (!dispatcher.is::<NoSubscriber>()).then(|| dispatcher.clone())
        })?;
        // Not inside `get_default`, where there is no current span.
        Some(Self { dispatcher, span: Span::current() })
    }

    /// What the worker is told of it.
    pub(crate) fn scope(&self) -> Scope {
        let level = LevelFilter::current().into_level().map_or(0, site::level_to_byte);
        let span = self.span.metadata().map(|metadata| Record {
            place: Place::of(metadata),
            #[cfg(feature = "span_fields")]
            fields: super::fields::of(&self.span),
            #[cfg(not(feature = "span_fields"))]
            fields: Vec::new(),
        });
        Scope { level, span }
    }

    /// Makes an event of the worker's one of the caller's.
    pub(crate) fn log(&self, encoded: &[u8]) {
        // What cannot be read is no event; a worker that says more of it is no worse off.
        let Ok(Record { place, fields }) = rmp_serde::from_slice(encoded) else { return };
        let Some(metadata) = place.metadata() else { return };
        // The subscriber is the user's, and this thread is ours.
        let logged = catch(|| {
            let _current = dispatcher::set_default(&self.dispatcher);
            if metadata.is_event() && self.dispatcher.enabled(metadata) {
                site::with_values(metadata, &fields, |values| {
                    self.dispatcher.event(&Event::new_child_of(self.span.id(), metadata, values));
                });
            }
        });
        if let Err(payload) = logged {
            drop_quietly(payload);
        }
    }
}

impl Drop for Caller {
    /// Closes the span where its dispatcher is current: a registry asks the current one to close
    /// the parent of a span that is closed. This thread may be the pool's, the subscriber is the
    /// user's.
    fn drop(&mut self) {
        let dispatcher = std::mem::replace(&mut self.dispatcher, Dispatch::none());
        let current = dispatcher::set_default(&dispatcher);
        drop_quietly(std::mem::replace(&mut self.span, Span::none()));
        drop(current);
        drop_quietly(dispatcher);
    }
}
