//! The part of a caller's context that its body sees: the tokio runtime and, with the feature
//! `tracing`, the span and the dispatcher.
//!
//! Every task has a field for it. The context is captured when the call is started, is current
//! while the body runs, and is dropped with the body; the next task on the same thread does not see
//! it.

#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub(crate) use self::tracing::Origin;

pub(crate) struct CallerContext {
    #[cfg(feature = "tokio")]
    runtime: Option<tokio::runtime::Handle>,
    /// Boxed, because every task has the field and most programs have no subscriber.
    #[cfg(feature = "tracing")]
    tracing: Option<Box<tracing::Tracing>>,
}

impl CallerContext {
    pub(crate) const EMPTY: Self = Self {
        #[cfg(feature = "tokio")]
        runtime: None,
        #[cfg(feature = "tracing")]
        tracing: None,
    };

    /// Captures the context of this thread.
    pub(crate) fn capture(#[cfg(feature = "tracing")] origin: &Origin) -> Self {
        Self {
            #[cfg(feature = "tokio")]
            runtime: tokio::runtime::Handle::try_current().ok(),
            #[cfg(feature = "tracing")]
            tracing: tracing::Tracing::capture(origin),
        }
    }

    /// Replaces the caller's runtime.
    #[cfg(feature = "tokio")]
    pub(crate) fn set_runtime(&mut self, runtime: tokio::runtime::Handle) {
        self.runtime = Some(runtime);
    }

    /// Makes the context current on this thread until the guard is dropped.
    pub(crate) fn enter(&self) -> impl Sized + '_ {
        (
            // All that is left without the features.
            self,
            #[cfg(feature = "tokio")]
            self.runtime.as_ref().map(tokio::runtime::Handle::enter),
            #[cfg(feature = "tracing")]
            self.tracing.as_ref().map(|tracing| tracing.enter()),
        )
    }
}
