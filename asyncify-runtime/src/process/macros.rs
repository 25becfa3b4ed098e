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
        const INITIALIZER: $crate::process::Initializer = $crate::process::Initializer::new(
            ::core::concat!(
                ::core::module_path!(),
                " ",
                ::core::file!(),
                ":",
                ::core::line!(),
                ":",
                ::core::column!()
            ),
            || $crate::process::Initialized::into_result($function()),
        );
        $crate::process::__private::inventory::submit! { INITIALIZER }
        &INITIALIZER
    }};
}
