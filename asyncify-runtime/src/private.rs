//! What generated code may name; not public API.
