//! Turn blocking functions into true async ones.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
