//! The caller's context, which is sent to the worker behind the arguments of a call.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::builder::Config;
#[cfg(feature = "tracing")]
use super::trace;

/// Names and values, as the propagators of OpenTelemetry write them.
type Headers = HashMap<String, String>;

/// Propagates context of the caller to the function; created by [`carrier!`](crate::carrier).
#[derive(Clone, Copy)]
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

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Carrier").field(&self.name).finish()
    }
}

inventory::collect!(Carrier);

/// The carrier of that name in this program.
pub(crate) fn carrier(name: &str) -> Option<&'static Carrier> {
    inventory::iter::<Carrier>.into_iter().find(|carrier| carrier.name == name)
}

/// The context of one call.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Context {
    headers: Option<Headers>,
    #[cfg(feature = "tracing")]
    scope: Option<trace::Scope>,
}

impl Context {
    /// The context of this thread.
    pub(crate) fn capture(
        config: &Config,
        #[cfg(feature = "tracing")] caller: Option<&trace::Caller>,
    ) -> Self {
        let headers = config.carrier.map(|carrier| {
            let mut headers = Headers::new();
            (carrier.inject)(&mut headers);
            headers
        });
        Self {
            headers,
            #[cfg(feature = "tracing")]
            scope: caller.map(trace::Caller::scope),
        }
    }

    /// No bytes if there is no context.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let is_empty = self.headers.is_none();
        #[cfg(feature = "tracing")]
        let is_empty = is_empty && self.scope.is_none();
        if is_empty {
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
        match (carrier, &self.headers) {
            (Some(carrier), Some(headers)) => (carrier.enter)(headers, body),
            _ => body(),
        }
    }
}
