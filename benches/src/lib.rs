//! The parts of the `compare` binary, which compares the blocking pool with its peers, and what the
//! other binaries share with it. `README.md` describes what is measured and how.
//!
//! A [`row::Row`] is a piece of work, and [`peers`] are the pools that run it. [`schedule`] decides
//! the order and the process of each sample. The [`results`] are compared with the targets in
//! [`claims`] and printed by [`report`]. Comparisons outside of the rows are sampled by [`turns`].

#![deny(unsafe_code)]

pub mod alloc;
pub mod calls;
pub mod claims;
pub mod markdown;
pub mod measure;
pub mod peers;
pub mod program;
pub mod report;
pub mod results;
pub mod row;
pub mod runtime;
pub mod schedule;
pub mod slow_readers;
pub mod system;
pub mod turns;
pub mod work;
