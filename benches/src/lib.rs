//! What the blocking pool costs beside every peer: the parts of the `compare` binary, and what its
//! siblings share with it. `README.md` says what is measured and how.
//!
//! A [`row::Row`] is one piece of work; [`peers`] are those who do it; [`schedule`] decides who runs
//! when and in which process; what comes out are [`results`], which [`claims`] judges and [`report`]
//! prints. What is no row, but is compared all the same, is sampled by [`turns`].

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
pub mod system;
pub mod turns;
pub mod work;
