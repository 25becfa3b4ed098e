//! The macros that need no parsing.

/// Lets a test binary start worker processes: one line, at the top of the binary.
///
/// A test binary has no `main` to put [`process::init`](crate::process::init) into. This adds a
/// test, `__asyncify_worker`, which the binary is started with to become a worker; in an ordinary
/// run the test does nothing. What functions print to stdout is not shown.
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

/// Names a function that each worker is to run before its first call, for
/// [`Builder::initializer`](crate::process::Builder::initializer).
///
/// The function takes nothing, and returns nothing or a `Result<(), E>` whose error can be
/// displayed.
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

/// Names the two functions that carry context of a caller's to the function in the worker, for
/// [`Builder::carrier`](crate::process::Builder::carrier).
///
/// The first, `fn(&mut HashMap<String, String>)`, runs where the call is made and writes what is to
/// be carried. The second, `fn(&HashMap<String, String>, &mut dyn FnMut())`, runs in the worker
/// with what was written, and must call the function, its last argument, once. The map is what
/// propagators of OpenTelemetry inject into and extract from.
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

/// Where the outermost macro stands in the source, as a name that nothing else has.
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
