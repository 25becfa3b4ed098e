//! What a body sees of its caller.
//!
//! Every task has room for it: the tokio runtime, and with `tracing` the span and dispatcher. It is
//! captured where a call is started, current while its body runs, and ends with it: the next task on
//! the same thread sees nothing of it.

#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub(crate) use self::tracing::Origin;

pub(crate) struct CallerContext {
    #[cfg(feature = "tokio")]
    runtime: Option<tokio::runtime::Handle>,
    /// Boxed, as most programs have no subscriber and every task has the field.
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

    /// Takes what is current on this thread.
    pub(crate) fn capture(#[cfg(feature = "tracing")] origin: &Origin) -> Self {
        Self {
            #[cfg(feature = "tokio")]
            runtime: tokio::runtime::Handle::try_current().ok(),
            #[cfg(feature = "tracing")]
            tracing: tracing::Tracing::capture(origin),
        }
    }

    /// Puts another runtime in the place of the caller's.
    #[cfg(feature = "tokio")]
    pub(crate) fn set_runtime(&mut self, runtime: tokio::runtime::Handle) {
        self.runtime = Some(runtime);
    }

    /// Makes it current on this thread while the guard lives.
    pub(crate) fn enter(&self) -> impl Sized + '_ {
        (
            #[cfg(feature = "tokio")]
            self.runtime.as_ref().map(tokio::runtime::Handle::enter),
            #[cfg(feature = "tracing")]
            self.tracing.as_ref().map(|tracing| tracing.enter()),
        )
    }
}
