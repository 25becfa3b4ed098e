//! How does a long body notice that its call was cancelled? It checks `is_cancelled` from time to
//! time, or calls `check_cancelled` with `?`. A body that does not check runs to its end.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs, io, process};

use asyncify_runtime::{check_cancelled, sync_to_async};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

// ANCHOR: hash
/// Hashes the file repeatedly. Sends the number of rounds when it ends.
#[sync_to_async]
fn hash_rounds(path: &Path, rounds: u64, report: oneshot::Sender<u64>) -> u64 {
    let done = (0..rounds).take_while(|_| hash(path).is_ok()).count() as u64;
    // The result of a cancelled call is dropped, so it is sent as well.
    _ = report.send(done);
    done
}

fn hash(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    check_cancelled()?;
    Sha256::digest(fs::read(path)?);
    Ok(())
}
// ANCHOR_END: hash

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("asyncify-cancel-{}", process::id()));
    fs::write(&path, vec![7; 64 << 10])?;

    let (report, _) = oneshot::channel();
    println!("three rounds: {} done", hash_rounds(&path, 3, report).await);

    // The time-out drops the call. Its body continues until it checks.
    let (report, reported) = oneshot::channel();
    let start = Instant::now();
    let call = hash_rounds(&path, u64::MAX, report);
    let result = tokio::time::timeout(Duration::from_millis(300), call).await;
    println!("endless rounds: {}", if result.is_err() { "timed out" } else { "done" });
    let rounds = reported.await.expect("the body reports");
    println!("stopped after {} ms and {rounds} rounds", start.elapsed().as_millis());
    assert!(rounds > 0);
    fs::remove_file(&path)
}
