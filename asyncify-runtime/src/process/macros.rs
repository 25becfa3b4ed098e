//! Declarative macros.

/// Allows a test binary to start worker processes; one invocation, at the top of the binary.
///
/// The `main` of a test binary cannot call [`process::init`](crate::process::init). This macro adds
/// a test, `__asyncify_worker`, in which the binary becomes a worker when it is started as one; in
/// an ordinary run the test does nothing. The stdout of functions is discarded.
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

/// Registers a function for [`Builder::initializer`](crate::process::Builder::initializer), which
/// each worker runs before its first call.
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
/// let builder = Pool::builder().name("spelling").initializer(initializer!(load_dictionary));
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

/// Registers two functions for [`Builder::carrier`](crate::process::Builder::carrier), which
/// propagate context of the caller to the worker.
///
/// The first, `fn(&mut HashMap<String, String>)`, writes the context of the caller. The second,
/// `fn(&HashMap<String, String>, &mut dyn FnMut())`, runs in the worker: it enters the context, and
/// must call its last argument, the function, once. The propagators of OpenTelemetry inject into
/// such a map and extract from it: the example `traceparent` shows it.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::collections::HashMap;
///
/// use asyncify_runtime::{carrier, process::Pool};
///
/// std::thread_local! {
///     static REQUEST_ID: RefCell<String> = RefCell::default();
/// }
///
/// fn inject(headers: &mut HashMap<String, String>) {
///     headers.insert("request-id".to_owned(), REQUEST_ID.with_borrow(String::clone));
/// }
///
/// fn enter(headers: &HashMap<String, String>, body: &mut dyn FnMut()) {
///     REQUEST_ID.set(headers["request-id"].clone());
///     body();
/// }
///
/// let builder = Pool::builder().name("traced").carrier(carrier!(inject, enter));
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
