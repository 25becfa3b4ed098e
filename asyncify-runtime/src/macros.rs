//! The macros, under the names that users know.

#[doc(inline)]
pub use asyncify_macros::sync_to_async;

#[macro_export]
macro_rules! asyncify {
    ($($code:tt)*) => { $crate::__private::asyncify!(@ $crate; $($code)*) };
}
