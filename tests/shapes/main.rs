//! Every shape of function that the attribute accepts: one source, compiled in each edition.
#![deny(warnings)]

mod attributes;
mod blocks;
mod bodies;
mod borrowed;
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
mod twins;
