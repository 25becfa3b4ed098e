//! Medians and rows.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

/// The median time of `rounds` runs, after a tenth as many to warm up.
pub(crate) fn median(rounds: usize, mut run: impl FnMut()) -> Duration {
    for _ in 0..rounds / 10 {
        run();
    }
    let mut took: Vec<_> = (0..rounds)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[rounds / 2]
}

pub(crate) struct Row(String);

impl Row {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    pub(crate) fn print(self, took: Duration) {
        self.print_text(&format!("{took:.1?}"));
    }

    /// Adds the time relative to another row.
    pub(crate) fn print_beside(self, took: Duration, other: Duration) {
        let ratio = took.as_secs_f64() / other.as_secs_f64();
        self.print_text(&format!("{took:.1?} ({ratio:.2}x)"));
    }

    pub(crate) fn print_text(self, text: &str) {
        println!("{:<62} {text:>20}", self.0);
    }

    pub(crate) fn skip(self, why: &str) {
        self.print_text(&format!("skipped: {why}"));
    }
}

/// Keeps this process, and all that it starts, on one core.
pub(crate) fn pin() {
    let mut cores = CpuSet::new();
    cores.set(0);
    sched_setaffinity(None, &cores).expect("core 0");
}

/// Runs the pinned half in a process of its own.
pub(crate) fn run_pinned() {
    let program = std::env::current_exe().expect("a program");
    let status = Command::new(program).arg("pinned").status().expect("that runs");
    assert!(status.success(), "{status}");
}
