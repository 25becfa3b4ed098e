//! How do I use a blocking iterator in async code?

use std::io;
use std::path::{Path, PathBuf};

use asyncify_runtime::{Unblock, sync_to_async};
use futures::StreamExt;

// ANCHOR: stream
/// Walks a directory on the pool, ahead of the consumer. Dropping the stream stops it.
#[sync_to_async(stream)]
fn sources(root: &Path) -> impl Iterator<Item = walkdir::Result<PathBuf>> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.map(walkdir::DirEntry::into_path))
        .filter(|path| !path.as_ref().is_ok_and(|path| path.extension().is_none_or(|e| e != "rs")))
}
// ANCHOR_END: stream

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    // ANCHOR: consume
    let mut sources = sources(Path::new(env!("CARGO_MANIFEST_DIR")));
    let mut count = 0;
    while let Some(path) = sources.next().await {
        count += usize::from(path?.starts_with(env!("CARGO_MANIFEST_DIR")));
    }
    // ANCHOR_END: consume
    println!("{count} sources");

    // ANCHOR: iterator
    // An existing iterator.
    let primes = (2_u32..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0));
    let primes: Vec<_> = Unblock::new(primes).take(5).collect().await;
    // ANCHOR_END: iterator
    println!("primes: {primes:?}");
    Ok(())
}
