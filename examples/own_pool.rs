//! How do I run some calls on a pool of their own? Build a pool, use it with `executor = ..`, read
//! its metrics, and shut it down at the end.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io, thread};

use asyncify_runtime::{BlockingPool, Shutdown, sync_to_async};

// ANCHOR: pool
/// At most four files are open at a time; other calls wait in the queue.
static DISK: LazyLock<BlockingPool> = LazyLock::new(|| {
    BlockingPool::builder()
        .name("disk")
        .max_threads(4)
        .queue_capacity(64)
        .build()
        .expect("the system grants a thread")
});

#[sync_to_async(executor = &*DISK)]
fn count_lines(path: &Path) -> io::Result<usize> {
    let name = thread::current().name().unwrap_or_default().to_owned();
    assert!(name.starts_with("disk"), "{name} is no thread of the pool");
    Ok(fs::read_to_string(path)?.lines().count())
}
// ANCHOR_END: pool

/// The Rust files of this directory.
fn sources() -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(env!("CARGO_MANIFEST_DIR"))?;
    let paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|x| x == "rs")).collect())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let tasks: Vec<_> = sources()?
        .into_iter()
        .map(|path| tokio::spawn(async move { count_lines(&path).await }))
        .collect();
    let mut lines = 0;
    for task in tasks {
        lines += task.await??;
    }
    println!("{lines} lines");

    // ANCHOR: end
    DISK.wait_idle().await;
    let metrics = DISK.metrics();
    println!("{} calls on {} threads", metrics.completed, metrics.threads);

    // The process does not wait for a pool when it exits, so shut it down explicitly.
    DISK.shutdown(Shutdown::Drain).await;
    // ANCHOR_END: end
    println!("{} threads left", DISK.metrics().threads);
    Ok(())
}
