//! CPU time, cores, threads and their context switches, from the operating system.
//!
//! Off Linux the answers are `None`, and the figures that need them are left out.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

/// The threads that existed before the pool.
static OTHERS: OnceLock<BTreeSet<u32>> = OnceLock::new();

/// The CPU time of all threads of this process.
#[must_use]
pub fn process_cpu() -> Option<Duration> {
    imp::cpu(imp::Clock::Process)
}

/// The CPU time of this thread.
#[must_use]
pub fn thread_cpu() -> Option<Duration> {
    imp::cpu(imp::Clock::Thread)
}

/// Keeps this thread, and all that it starts from now on, on one core.
#[must_use]
pub fn pin_to_one_core() -> Option<()> {
    imp::pin()
}

/// Declares that threads which start from now on belong to the pool.
pub fn expect_pool() {
    OTHERS.get_or_init(|| imp::threads().unwrap_or_default());
}

/// The threads that were started after [`expect_pool`], in a process that has one pool.
#[must_use]
pub fn pool_threads() -> Option<BTreeSet<u32>> {
    let others = OTHERS.get()?;
    Some(imp::threads()?.difference(others).copied().collect())
}

/// The number of context switches of these threads so far. Threads that have ended count as 0.
#[must_use]
pub fn context_switches(threads: &BTreeSet<u32>) -> u64 {
    threads.iter().filter_map(|thread| imp::context_switches(*thread)).sum()
}

/// How often the threads of this process have left a core so far, without those that have ended.
#[must_use]
pub fn process_context_switches() -> Option<u64> {
    imp::threads().map(|threads| context_switches(&threads))
}

#[cfg(target_os = "linux")]
mod imp {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};
    use std::collections::BTreeSet;
    use std::fs;
    use std::time::Duration;

    #[derive(Clone, Copy)]
    pub(super) enum Clock {
        Process,
        Thread,
    }

    pub(super) fn cpu(clock: Clock) -> Option<Duration> {
        let time = clock_gettime(match clock {
            Clock::Process => ClockId::ProcessCPUTime,
            Clock::Thread => ClockId::ThreadCPUTime,
        });
        Duration::try_from(time).ok()
    }

    pub(super) fn pin() -> Option<()> {
        let allowed = sched_getaffinity(None).ok()?;
        let core = (0..CpuSet::MAX_CPU).find(|core| allowed.is_set(*core))?;
        let mut one = CpuSet::new();
        one.set(core);
        sched_setaffinity(None, &one).ok()
    }

    pub(super) fn threads() -> Option<BTreeSet<u32>> {
        let tasks = fs::read_dir("/proc/self/task").ok()?;
        Some(tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()).collect())
    }

    pub(super) fn context_switches(thread: u32) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/self/task/{thread}/status")).ok()?;
        let switches = |line: &str| line.split_once("ctxt_switches:")?.1.trim().parse::<u64>().ok();
        Some(status.lines().filter_map(switches).sum())
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::collections::BTreeSet;
    use std::time::Duration;

    #[derive(Clone, Copy)]
    pub(super) enum Clock {
        Process,
        Thread,
    }

    pub(super) fn cpu(_: Clock) -> Option<Duration> {
        None
    }

    pub(super) fn pin() -> Option<()> {
        None
    }

    pub(super) fn threads() -> Option<BTreeSet<u32>> {
        None
    }

    pub(super) fn context_switches(_: u32) -> Option<u64> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_of_a_thread_is_part_of_the_process() {
        let thread = thread_cpu().unwrap();
        assert!(thread > Duration::ZERO);
        assert!(process_cpu().unwrap() >= thread);
    }

    #[test]
    fn threads_are_seen_with_their_switches() {
        let threads = imp::threads().unwrap();
        assert!(threads.contains(&std::process::id()));
        assert!(context_switches(&threads) > 0);
    }
}
