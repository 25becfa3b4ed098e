//! Cases for the checker, a module each: `b` and a number blocks, `n` and a number does not.
#![allow(dead_code, unused, clippy::all)]

mod context;
mod direct;
mod harmless;
mod indirect;
mod io;
mod locks;
mod macros;
mod off;
mod traits;
mod values;
