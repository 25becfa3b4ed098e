//! What a worker lays upon itself.

use std::io;

use rustix::process::{Resource, Rlimit};

use crate::process::hello::Setup;

/// How much likelier a worker is than others to be chosen when the system runs out of memory: the
/// work can be repeated, the program that asked for it cannot.
const OOM_SCORE: &str = "500";

pub(super) fn apply(setup: &Setup) -> io::Result<()> {
    // A crash is reported; a core file of each would fill the disk. All that is refused here
    // without harm is left as it is.
    let _ = rustix::process::setrlimit(Resource::Core, limit(0));
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    let _ = std::fs::write("/proc/self/comm", &setup.name);
    match setup.memory_limit {
        // Not the address space: that counts the stacks that threads have reserved.
        Some(bytes) => Ok(rustix::process::setrlimit(Resource::Data, limit(bytes))?),
        None => Ok(()),
    }
}

fn limit(value: u64) -> Rlimit {
    Rlimit { current: Some(value), maximum: Some(value) }
}
