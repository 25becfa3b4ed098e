//! Functions with a pool of the caller's choice.

use std::cell::RefCell;

use asyncify_runtime::process::Pool;

/// Makes functions that run in a worker process of the pool that is their first argument.
#[macro_export]
macro_rules! task {
    ($(
        $(#[$attr:meta])*
        $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> Result<$ok:ty, $err:ty> $body:block
    )*) => {$(
        $(#[$attr])*
        $vis fn $name(
            pool: &::asyncify_runtime::process::Pool,
            $($arg: $ty),*
        ) -> impl ::core::future::Future<Output = Result<$ok, $err>> + Send + use<> {
            #[::asyncify_runtime::sync_to_async(process(pool = &$crate::register::current()))]
            fn $name($($arg: $ty),*) -> Result<$ok, $err> $body

            $crate::register::with(pool, || $name($($arg),*))
        }
    )*};
}

std::thread_local! {
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };
}

/// Makes `pool` the current one while `f` runs.
pub fn with<R>(pool: &Pool, f: impl FnOnce() -> R) -> R {
    let before = POOL.replace(Some(pool.clone()));
    let result = f();
    POOL.set(before);
    result
}

/// The current pool.
///
/// # Panics
///
/// Outside of [`with`].
#[must_use]
pub fn current() -> Pool {
    POOL.with_borrow(Clone::clone).expect("called by `with`")
}
