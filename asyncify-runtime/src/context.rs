//! What a body sees of its caller: the tokio runtime, and with `tracing` the span and dispatcher.

/// Captured where a call is started, entered around its body, dropped with it: the next task on
/// the same thread sees nothing of it.
pub(crate) struct Context {
    #[cfg(feature = "tokio")]
    runtime: Option<tokio::runtime::Handle>,
    /// Boxed, as most programs have no subscriber and every task has the field.
    #[cfg(feature = "tracing")]
    tracing: Option<Box<Tracing>>,
}

#[cfg(feature = "tracing")]
struct Tracing {
    dispatcher: tracing::Dispatch,
    span: tracing::Span,
}

impl Context {
    pub(crate) const EMPTY: Self = Self {
        #[cfg(feature = "tokio")]
        runtime: None,
        #[cfg(feature = "tracing")]
        tracing: None,
    };

    /// Takes what is current on this thread.
    pub(crate) fn capture() -> Self {
        Self {
            #[cfg(feature = "tokio")]
            runtime: tokio::runtime::Handle::try_current().ok(),
            #[cfg(feature = "tracing")]
            tracing: Tracing::capture(),
        }
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

#[cfg(feature = "tracing")]
impl Tracing {
    fn capture() -> Option<Box<Self>> {
        let dispatcher = tracing::dispatcher::get_default(|dispatcher| {
            (!dispatcher.is::<tracing::subscriber::NoSubscriber>()).then(|| dispatcher.clone())
        })?;
        // Not inside `get_default`, where there is no current span.
        Some(Box::new(Self { dispatcher, span: tracing::Span::current() }))
    }

    fn enter(&self) -> impl Sized + '_ {
        // Dropped in this order: the span is left while its dispatcher is still current.
        (self.span.enter(), tracing::dispatcher::set_default(&self.dispatcher))
    }
}
