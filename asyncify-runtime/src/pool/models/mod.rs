//! Models of the protocol, run by model checkers.
//!
//! [`host`] is the pool's host: jobs are numbers and closures, threads are the checker's. [`loom`]
//! runs small scenarios through all interleavings and all effects of weak memory; [`shuttle`] runs
//! large ones at random.

mod host;
#[cfg(asyncify_loom)]
mod loom;
#[cfg(asyncify_shuttle)]
mod shuttle;
