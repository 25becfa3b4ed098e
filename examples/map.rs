//! How do I call one blocking function on many items, without a task for each?

use std::path::PathBuf;
use std::{env, fs, io};

use asyncify_runtime::{BlockingPool, cpu};
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

// ANCHOR: unordered
fn hash(path: PathBuf) -> io::Result<(PathBuf, [u8; 32])> {
    let hash = Sha256::digest(fs::read(&path)?).into();
    Ok((path, hash))
}
// ANCHOR_END: unordered

fn sources() -> impl Iterator<Item = PathBuf> {
    let entries = walkdir::WalkDir::new(env!("CARGO_MANIFEST_DIR")).into_iter().flatten();
    entries
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let disk = BlockingPool::builder().name("disk").max_threads(8).build()?;

    // ANCHOR: map
    // Results as they arrive. The directory is walked on the pool as well.
    let hashes: Vec<_> = disk.map_unordered(sources(), hash).try_collect().await?;
    // ANCHOR_END: map
    let own = hashes.iter().filter(|(path, _)| path.ends_with("map.rs")).count();
    println!("{own} of the files is this one");

    // ANCHOR: endless
    // Results in order. The endless iterator is advanced only as far as there is room for results.
    let squares = cpu().map(0_u64.., |k| k * k);
    let big: Vec<_> = squares
        .skip_while(|square| futures::future::ready(*square < 1_000))
        .take(3)
        .collect()
        .await;
    // ANCHOR_END: endless
    println!("squares: {big:?}");
    Ok(())
}
