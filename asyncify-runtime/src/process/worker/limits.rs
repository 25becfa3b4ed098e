//! The limits that a worker sets for itself.

use std::io;

use rustix::process::{Resource, Rlimit};

use crate::process::setup::Setup;

/// Makes the OOM killer prefer the worker to the program that has started it.
const OOM_SCORE: &str = "500";

pub(super) fn apply(setup: &Setup) -> io::Result<()> {
    // Crashes are reported; core files would fill the disk. An error here does no harm.
    let _ = rustix::process::setrlimit(Resource::Core, limit(0));
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    let _ = std::fs::write("/proc/self/comm", &setup.name);
    match setup.memory_limit {
        // Not the address space, which includes the reserved stacks of threads.
        Some(bytes) => Ok(rustix::process::setrlimit(Resource::Data, limit(bytes))?),
        None => Ok(()),
    }
}

fn limit(value: u64) -> Rlimit {
    Rlimit { current: Some(value), maximum: Some(value) }
}
