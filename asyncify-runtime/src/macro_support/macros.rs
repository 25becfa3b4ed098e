//! The macros, under the names that users know.

#[cfg_attr(docsrs, doc(cfg(feature = "async_safe")))]
#[doc(inline)]
pub use asyncify_macros::async_safe;
#[cfg(feature = "process")]
#[cfg_attr(docsrs, doc(cfg(feature = "process")))]
#[doc(inline)]
pub use asyncify_macros::main;
#[doc(inline)]
pub use asyncify_macros::{async_to_sync, sync_to_async};

/// Turns one call, block or closure that blocks into a [`BlockingCall`](crate::BlockingCall).
///
/// For functions that you cannot annotate, and for code that is used once.
///
/// ```
/// use asyncify_runtime::asyncify;
///
/// # futures::executor::block_on(async {
/// let path = std::path::PathBuf::from("Cargo.toml");
/// let text = asyncify!(std::fs::read_to_string(&path)).await?;
/// # assert!(text.contains("[package]"));
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// | form | what runs where |
/// | --- | --- |
/// | `asyncify!(path::f(a, &b, c.await?))` | The arguments are evaluated on the caller, from left to right; the call runs on the pool. A variable is moved or copied, and a `&b` becomes an owned copy (if the variable is a reference itself, write `&*r`). |
/// | `asyncify!(value.method(args))` | The same. `value` is a variable or a part of one, a literal, or a `.clone()` of one. Anything else is an error, because it would run on the caller. |
/// | `asyncify!({ .. })`, <code>asyncify!(\|\| ..)</code> | All of it runs on the pool; what it uses is moved. `?` and `return` leave the block; `.await` is an error. |
///
/// The call is lazy, and `.await` returns the plain value. The methods of
/// [`BlockingCall`](crate::BlockingCall) set its options:
///
/// ```
/// use asyncify_runtime::{BlockingPool, asyncify};
///
/// # futures::executor::block_on(async {
/// let pool = BlockingPool::builder().name("sums").build()?;
/// let mut values = vec![3, 1, 2];
///
/// values = asyncify!({
///     values.sort();
///     values
/// })
/// .executor(&pool)
/// .await;
/// assert_eq!(values, [1, 2, 3]);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// # Cancel safety
///
/// As for a [`BlockingCall`](crate::BlockingCall): a call that is dropped before it starts never runs.
///
/// # Panics
///
/// A panic of the call resumes where it is awaited.
///
/// # Examples
///
/// Several steps in one call, with `?`:
///
/// ```
/// use asyncify_runtime::asyncify;
///
/// # futures::executor::block_on(async {
/// let names = asyncify!({
///     let mut names = Vec::new();
///     for entry in std::fs::read_dir(".")? {
///         names.push(entry?.file_name());
///     }
///     std::io::Result::Ok(names)
/// })
/// .await?;
/// # assert!(!names.is_empty());
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! asyncify {
    ($($code:tt)*) => { $crate::__private::asyncify!(@ $crate; $($code)*) };
}
