//! Declarative macros.

/// Allows a test binary to start worker processes; one invocation, at the top of the binary.
///
/// The `main` of a test binary cannot call [`process::init`](crate::process::init). This macro adds a
/// test, `__asyncify_worker`, in which the binary becomes a worker when it is started as one; in an
/// ordinary run the test does nothing. The stdout of functions is discarded.
///
/// # Examples
///
/// ```
/// asyncify_runtime::worker_test!();
/// ```
#[macro_export]
macro_rules! worker_test {
    () => {
        $crate::process::__private::inventory::submit! {
            $crate::process::__private::TestEntry { module: ::core::module_path!() }
        }

        #[test]
        fn __asyncify_worker() {
            $crate::process::__private::become_worker();
        }
    };
}

/// Registers a function for [`Builder::initializer`](crate::process::Builder::initializer), which each
/// worker runs before its first call.
///
/// The function takes no arguments, and returns `()` or a `Result<(), E>` where `E` implements
/// `Display`.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{initializer, process::Pool};
///
/// fn load_dictionary() -> std::io::Result<()> {
///     // ..
///     Ok(())
/// }
///
/// let builder = Pool::builder("spelling").initializer(initializer!(load_dictionary));
/// ```
#[macro_export]
macro_rules! initializer {
    ($function:path) => {{
        const INITIALIZER: $crate::process::Initializer =
            $crate::process::Initializer::new($crate::__place!(), || {
                $crate::process::Initialized::into_result($function())
            });
        $crate::process::__private::inventory::submit! { INITIALIZER }
        &INITIALIZER
    }};
}

/// Registers two functions for [`Builder::carrier`](crate::process::Builder::carrier), which propagate
/// context of the caller to the worker.
///
/// The first, `fn(&mut HashMap<String, String>)`, writes the context of the caller. The second,
/// `fn(&HashMap<String, String>, &mut dyn FnMut())`, runs in the worker: it enters the context, and
/// must call its last argument, the function, once. The propagators of OpenTelemetry inject into such
/// a map and extract from it.
///
/// # Examples
///
/// The `traceparent` of the W3C, with `opentelemetry`:
///
/// ```
/// use std::collections::HashMap;
///
/// use asyncify_runtime::{carrier, process::Pool};
/// # mod opentelemetry { pub mod global {
/// #     pub struct P;
/// #     impl P {
/// #         pub fn inject_context<T>(&self, _: &super::Context, _: &mut T) {}
/// #         pub fn extract<T>(&self, _: &T) -> super::Context { super::Context }
/// #     }
/// #     pub fn get_text_map_propagator<R>(f: impl FnOnce(&P) -> R) -> R { f(&P) }
/// # }
/// #     pub struct Context;
/// #     impl Context { pub fn current() -> Self { Self } pub fn attach(self) {} }
/// # }
/// use opentelemetry::{Context, global};
///
/// fn inject(headers: &mut HashMap<String, String>) {
///     global::get_text_map_propagator(|it| it.inject_context(&Context::current(), headers));
/// }
///
/// fn enter(headers: &HashMap<String, String>, body: &mut dyn FnMut()) {
///     let _entered = global::get_text_map_propagator(|it| it.extract(headers)).attach();
///     body();
/// }
///
/// let builder = Pool::builder("traced").carrier(carrier!(inject, enter));
/// ```
#[macro_export]
macro_rules! carrier {
    ($inject:path, $enter:path) => {{
        const CARRIER: $crate::process::Carrier =
            $crate::process::Carrier::new($crate::__place!(), $inject, $enter);
        $crate::process::__private::inventory::submit! { CARRIER }
        &CARRIER
    }};
}

/// A unique name: the source location of the outermost macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __place {
    () => {
        ::core::concat!(
            ::core::module_path!(),
            " ",
            ::core::file!(),
            ":",
            ::core::line!(),
            ":",
            ::core::column!()
        )
    };
}
