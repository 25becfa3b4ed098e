//! How long jobs wait and run, for pools that are asked to tell.

use super::histogram::Histogram;

/// Exists only where the builder's `metrics` are on.
pub(super) struct Timings {
    pub(super) wait: Histogram,
    pub(super) run: Histogram,
}

impl Timings {
    pub(super) fn new() -> Self {
        Self { wait: Histogram::new(), run: Histogram::new() }
    }
}
