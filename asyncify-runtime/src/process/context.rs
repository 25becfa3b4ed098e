//! The caller's context, which is sent to the worker behind the arguments of a call.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "tracing")]
use super::trace;

/// Names and values, as the propagators of OpenTelemetry write them.
pub(crate) type Headers = HashMap<String, String>;

/// Propagates context of the caller to the function; created by [`carrier!`](crate::carrier).
#[derive(Clone, Copy, Debug)]
pub struct Carrier {
    pub(crate) name: &'static str,
    inject: fn(&mut Headers),
    enter: fn(&Headers, &mut dyn FnMut()),
}

impl Carrier {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        inject: fn(&mut Headers),
        enter: fn(&Headers, &mut dyn FnMut()),
    ) -> Self {
        Self { name, inject, enter }
    }
}

inventory::collect!(Carrier);

/// The carrier of that name in this program.
pub(crate) fn carrier(name: &str) -> Option<&'static Carrier> {
    inventory::iter::<Carrier>.into_iter().find(|carrier| carrier.name == name)
}

/// The context of one call.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Context {
    headers: Option<Headers>,
    #[cfg(feature = "tracing")]
    pub(crate) scope: Option<trace::Scope>,
}

impl Context {
    /// The context of this thread, apart from its span.
    pub(crate) fn capture(carrier: Option<&Carrier>) -> Self {
        let mut context = Self::default();
        if let Some(carrier) = carrier {
            (carrier.inject)(context.headers.get_or_insert_default());
        }
        context
    }

    /// A context that comes from elsewhere.
    #[cfg(feature = "remote")]
    pub(crate) fn with_headers(headers: Headers) -> Self {
        Self {
            headers: Some(headers),
            #[cfg(feature = "tracing")]
            scope: None,
        }
    }

    /// What the carrier has written.
    #[cfg(feature = "remote")]
    pub(crate) fn headers(&self) -> Option<&Headers> {
        self.headers.as_ref()
    }

    /// No bytes if there is no context.
    pub(crate) fn encode(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        rmp_serde::to_vec_named(self).expect("plain fields")
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        rmp_serde::from_slice(bytes).map_err(|error| format!("the caller's context: {error}"))
    }

    /// Runs `body` in the context, in a worker.
    pub(crate) fn enter(&self, carrier: Option<&Carrier>, body: &mut dyn FnMut()) {
        #[cfg(feature = "tracing")]
        let _entered = trace::enter(self.scope.as_ref());
        self.enter_headers(carrier, body);
    }

    /// The same without the span.
    pub(crate) fn enter_headers(&self, carrier: Option<&Carrier>, body: &mut dyn FnMut()) {
        match (carrier, &self.headers) {
            (Some(carrier), Some(headers)) => (carrier.enter)(headers, body),
            _ => body(),
        }
    }
}
