//! The part of a caller's context that its body sees: the tokio runtime and, with the feature
//! `tracing`, the span and the dispatcher. With the feature `console`, also when the call was
//! started.
//!
//! Every task has a field for it. The context is captured when the call is started, is current
//! while the body runs, and is dropped with the body; the next task on the same thread does not see
//! it.

#[cfg(feature = "tracing")]
mod tracing;

#[cfg(any(feature = "tracing", feature = "console"))]
use std::panic::Location;

#[cfg(feature = "console")]
use super::profile::Started;

pub(crate) struct CallerContext {
    #[cfg(feature = "tokio")]
    runtime: Option<tokio::runtime::Handle>,
    /// Boxed, because every task has the field and most programs have neither a subscriber nor a
    /// console.
    #[cfg(any(feature = "tracing", feature = "console"))]
    observed: Option<Box<Observed>>,
}

/// What observes a call.
#[cfg(any(feature = "tracing", feature = "console"))]
struct Observed {
    #[cfg(feature = "tracing")]
    tracing: Option<tracing::Tracing>,
    #[cfg(feature = "console")]
    profile: Option<Started>,
}

/// The name of a call and its location in the source.
#[cfg(any(feature = "tracing", feature = "console"))]
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// A function, because the name is searched for only when it is needed.
    pub(crate) name: fn() -> &'static str,
    pub(crate) location: &'static Location<'static>,
}

impl CallerContext {
    pub(crate) const EMPTY: Self = Self {
        #[cfg(feature = "tokio")]
        runtime: None,
        #[cfg(any(feature = "tracing", feature = "console"))]
        observed: None,
    };

    /// Captures the context of this thread.
    pub(crate) fn capture(
        #[cfg(any(feature = "tracing", feature = "console"))] origin: &Origin,
    ) -> Self {
        Self {
            #[cfg(feature = "tokio")]
            runtime: tokio::runtime::Handle::try_current().ok(),
            #[cfg(any(feature = "tracing", feature = "console"))]
            observed: Observed::capture(origin),
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
            #[cfg(any(feature = "tracing", feature = "console"))]
            self.observed.as_ref().map(|observed| observed.enter()),
        )
    }
}

#[cfg(any(feature = "tracing", feature = "console"))]
impl Observed {
    /// Returns `None` if nothing observes the call.
    fn capture(origin: &Origin) -> Option<Box<Self>> {
        #[cfg(feature = "tracing")]
        let tracing = tracing::Tracing::capture(origin);
        #[cfg(feature = "console")]
        let profile = Started::capture(origin);
        let is_observed = [
            #[cfg(feature = "tracing")]
            tracing.is_some(),
            #[cfg(feature = "console")]
            profile.is_some(),
        ];
        if !is_observed.contains(&true) {
            return None;
        }
        Some(Box::new(Self {
            #[cfg(feature = "tracing")]
            tracing,
            #[cfg(feature = "console")]
            profile,
        }))
    }

    fn enter(&self) -> impl Sized + '_ {
        (
            #[cfg(feature = "tracing")]
            self.tracing.as_ref().map(tracing::Tracing::enter),
            #[cfg(feature = "console")]
            self.profile.as_ref().map(Started::enter),
        )
    }
}
