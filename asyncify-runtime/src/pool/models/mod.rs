//! The protocol in small worlds, run by model checkers.
//!
//! [`world`] is the host: jobs are numbers and closures, threads are the checker's. [`loom`] runs
//! small shapes through all interleavings and all that weak memory may bring; [`shuttle`] runs large
//! ones at random.

#[cfg(asyncify_loom)]
mod loom;
#[cfg(asyncify_shuttle)]
mod shuttle;
mod world;
