//! Every shape of function that the attribute accepts: one source, compiled in each edition.
#![deny(warnings)]
#![allow(clippy::all, reason = "every style is a shape; the `lint` package is what clippy judges")]

mod attributes;
mod blocks;
mod bodies;
mod borrowed;
mod control;
mod conversions;
mod corners;
mod counterparts;
mod drops;
mod futures;
mod generics;
mod hygiene;
mod macros;
mod outputs;
mod params;
mod peers;
mod receivers;
mod shadowed;
mod traits;
