//! Whether threads of this process can run in parallel.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

// Not the modelled atomics: a hint, on which no protocol depends.
use crate::sync::unmodelled::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How long the system's answer is cached. The affinity may change at any time, and to read it
/// takes some ten microseconds.
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
        cores.several.store(several(), Relaxed);
    }
    cores.several.load(Relaxed)
}

/// Looks at the affinity alone. A CPU quota limits how much time threads get, but not that they run
/// in parallel, and a wake-up takes more of it than a short spin.
#[cfg(all(any(target_os = "linux", target_os = "android"), not(miri)))]
fn several() -> bool {
    use std::fs::File;
    use std::io::Read;

    // The list is in the first two kilobytes, unless the process has hundreds of groups.
    let mut status = [0; 4096];
    let read = File::open("/proc/self/status").and_then(|mut file| file.read(&mut status));
    let mut lines = status[..read.unwrap_or(0)].split(|byte| *byte == b'\n');
    let allowed = lines.find_map(|line| line.strip_prefix(b"Cpus_allowed_list:"));
    // A list such as `0-3,7`. If it cannot be read, several cores are assumed: spins that do not
    // pay are soon skipped, and `available_parallelism` would link code that reads control groups.
    allowed.is_none_or(|allowed| allowed.iter().any(|byte| b"-,".contains(byte)))
}

/// Where the affinity cannot be read: Miri, for one, is isolated from files.
#[cfg(not(all(any(target_os = "linux", target_os = "android"), not(miri))))]
fn several() -> bool {
    std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
