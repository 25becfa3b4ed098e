//! Whether threads of this process can run in parallel.

use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

// Not the modelled atomics: a hint, on which no protocol depends.
use crate::sync::unmodelled::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How long the system's answer is cached. It depends on affinity and quotas, which may change at
/// any time, and takes some ten microseconds to compute.
const CACHED_FOR: Duration = Duration::from_millis(250);

struct Cores {
    start: Instant,
    /// When the cached answer expires, in milliseconds after `start`.
    expiry: AtomicU64,
    several: AtomicBool,
}

static CORES: LazyLock<Cores> = LazyLock::new(|| Cores {
    start: Instant::now(),
    expiry: AtomicU64::new(0),
    several: AtomicBool::new(false),
});

/// Whether this process may use more than one core, as of at most [`CACHED_FOR`] ago.
pub(super) fn are_several(now: Instant) -> bool {
    let cores = &*CORES;
    let now = millis(now.saturating_duration_since(cores.start));
    let expiry = cores.expiry.load(Relaxed);
    // Relaxed: one thread wins the exchange and asks the system; the others may read the older
    // answer for a moment.
    if now >= expiry
        && cores.expiry.compare_exchange(expiry, now + millis(CACHED_FOR), Relaxed, Relaxed).is_ok()
    {
        let several = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        cores.several.store(several, Relaxed);
    }
    cores.several.load(Relaxed)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
