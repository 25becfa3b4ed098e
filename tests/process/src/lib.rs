//! The functions that the tests run in workers, and the state of processes as seen from outside.

pub mod log;
pub mod outside;
#[macro_use]
pub mod register;
pub mod tasks;
