//! The results of a way of hashing, and how long it delays other tasks.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// A file that was hashed.
pub(crate) struct Hashed {
    pub(crate) bytes: u64,
    pub(crate) digest: [u8; 32],
}

/// All files that were hashed, and the errors of the others.
#[derive(Default)]
pub(crate) struct Tally {
    files: usize,
    bytes: u64,
    digest: Sha256,
    errors: BTreeSet<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, path: &Path, hashed: io::Result<Hashed>) {
        match hashed {
            Ok(Hashed { bytes, digest }) => {
                self.files += 1;
                self.bytes += bytes;
                self.digest.update(digest);
            }
            Err(error) => _ = self.errors.insert(format!("{}: {error}", path.display())),
        }
    }
}

/// Runs `work` next to a ticking task on the same thread, prints a row of the table, and returns
/// the errors.
pub(crate) async fn measure(way: &str, work: impl Future<Output = Tally>) -> BTreeSet<String> {
    let start = Instant::now();
    let done = Arc::new(AtomicBool::new(false));
    let ticker = tokio::spawn(longest_stall(start, done.clone()));
    let Tally { files, bytes, digest, errors } = work.await;
    let wall = start.elapsed();
    done.store(true, Ordering::Relaxed);
    let stall = ticker.await.expect("the ticker does not panic");

    let (wall, stall) = (wall.as_secs_f64() * 1e3, stall.as_secs_f64() * 1e3);
    let digest: [u8; 32] = digest.finalize().into();
    let digest = u64::from_be_bytes(*digest.first_chunk().expect("32 bytes are 8 and more"));
    println!("{way:<16} {files:>7} {bytes:>12} {digest:016x} {wall:>9.1} ms {stall:>9.1} ms");
    errors
}

/// Ticks every millisecond until the work is done; returns the longest delay of a tick.
async fn longest_stall(start: Instant, done: Arc<AtomicBool>) -> Duration {
    const TICK: Duration = Duration::from_millis(1);
    let mut ticks = tokio::time::interval(TICK);
    let (mut last, mut longest) = (start, Duration::ZERO);
    loop {
        ticks.tick().await;
        longest = longest.max(last.elapsed());
        last = Instant::now();
        if done.load(Ordering::Relaxed) {
            return longest.saturating_sub(TICK);
        }
    }
}
