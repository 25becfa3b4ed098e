//! Whether threads of this process can run in parallel.

use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

// Not from `crate::sync`: a hint, of which no protocol depends.
use crate::sync::unmodelled::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How long an answer of the system counts. It looks at affinity and quotas, which may change at any
/// time, and takes some ten microseconds.
const FRESH: Duration = Duration::from_millis(250);

struct Cores {
    start: Instant,
    /// When to ask again, in milliseconds after `start`.
    due: AtomicU64,
    several: AtomicBool,
}

static CORES: LazyLock<Cores> = LazyLock::new(|| Cores {
    start: Instant::now(),
    due: AtomicU64::new(0),
    several: AtomicBool::new(false),
});

/// Whether this process may use more than one core, as of a moment ago.
pub(super) fn are_several(now: Instant) -> bool {
    let cores = &*CORES;
    let now = millis(now.saturating_duration_since(cores.start));
    let due = cores.due.load(Relaxed);
    // Relaxed: one thread wins the exchange and asks; what the others see may be a moment older.
    if now >= due && cores.due.compare_exchange(due, now + millis(FRESH), Relaxed, Relaxed).is_ok()
    {
        let several = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        cores.several.store(several, Relaxed);
    }
    cores.several.load(Relaxed)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
