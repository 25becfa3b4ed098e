//! The public macros.

#[cfg_attr(docsrs, doc(cfg(feature = "async_safe")))]
#[doc(inline)]
pub use asyncify_macros::async_safe;
#[doc(inline)]
pub use asyncify_macros::{async_to_sync, main, sync_to_async};

/// Turns a blocking expression into a [`BlockingCall`](crate::BlockingCall), for inline code and
/// for functions that cannot be annotated.
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
/// | form | behavior |
/// | --- | --- |
/// | `asyncify!(path::f(a, &b, c.await?))` | The arguments are evaluated by the caller, from left to right: a value is moved, and of a reference, such as `&b`, a `path: &Path` or `dir.path()`, the call borrows an owned copy. What a reference refers to but is not `Clone` must be `'static`, and the type of a variable must be known before the macro. The call runs on the pool. |
/// | `asyncify!(value.method(args))` | As above. `value` is a variable or a field of one, a literal, or a `.clone()` of these. Other expressions are an error, because they would run on the caller's thread. |
/// | `asyncify!({ .. })`, <code>asyncify!(\|\| ..)</code> | All of the code runs on the pool, and moves the variables that it uses. `?` and `return` end the block; `.await` is an error. If a second <code>?</code> follows the `.await`, name the error type: <code>asyncify!(\|\| -> io::Result<_> { .. }).await?</code> |
///
/// The call is lazy, and `.await` returns its value. Methods configure where and how it runs:
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
/// Dropping the future cancels the call, as for a [`BlockingCall`](crate::BlockingCall).
///
/// # Panics
///
/// A panic of the call is resumed where it is awaited.
///
/// # Examples
///
/// Several blocking steps in one call, with `?`:
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
