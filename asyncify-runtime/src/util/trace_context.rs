//! The subscriber and the span of `tracing` that are current on one thread, for use on another.

use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Span, dispatcher};

use super::drop_quietly;

pub(crate) struct TraceContext {
    pub(crate) dispatcher: Dispatch,
    pub(crate) span: Span,
}

impl TraceContext {
    /// Captures the context of this thread. Returns `None` if there is no subscriber.
    pub(crate) fn capture() -> Option<Self> {
        let dispatcher = dispatcher::get_default(|dispatcher| {
            (!dispatcher.is::<NoSubscriber>()).then(|| dispatcher.clone())
        })?;
        // Outside `get_default`, within which there is no current span.
        Some(Self { dispatcher, span: Span::current() })
    }
}

impl Drop for TraceContext {
    /// Closes the span with its dispatcher as the current one: a registry closes the parent of a
    /// closed span through the current dispatcher. A subscriber may panic.
    fn drop(&mut self) {
        let _current = dispatcher::set_default(&self.dispatcher);
        drop_quietly(std::mem::replace(&mut self.span, Span::none()));
    }
}
