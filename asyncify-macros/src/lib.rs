//! The macros of `asyncify-runtime`.
