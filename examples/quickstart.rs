//! What does the attribute change? Hashes the files of a directory in four ways, next to a task
//! that ticks every millisecond, and prints how long each way delayed that task.
//!
//!     cargo run --example quickstart [DIR]

#[path = "quickstart/files.rs"]
mod files;
#[path = "quickstart/measure.rs"]
mod measure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use asyncify_runtime::{asyncify, cpu, sync_to_async};
use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::measure::{Hashed, Tally, measure};

/// Blocks while it reads and computes. `hash_file_async` does the same on the pool.
#[sync_to_async(rename = "hash_file_async")]
fn hash_file(path: &Path) -> io::Result<Hashed> {
    let content = fs::read(path)?;
    Ok(Hashed { bytes: content.len() as u64, digest: Sha256::digest(&content).into() })
}

/// The wrong way: a loop that never yields to other tasks.
#[expect(clippy::unused_async, reason = "the mistake that is measured")]
async fn blocking(files: Vec<PathBuf>) -> Tally {
    let mut tally = Tally::default();
    for path in files {
        tally.add(&path, hash_file(&path));
    }
    tally
}

async fn attribute(files: Vec<PathBuf>) -> Tally {
    let mut tally = Tally::default();
    for path in files {
        tally.add(&path, hash_file_async(&path).await);
    }
    tally
}

async fn inline(files: Vec<PathBuf>) -> Tally {
    let mut tally = Tally::default();
    for path in files {
        tally.add(&path, asyncify!(hash_file(&path)).await);
    }
    tally
}

/// Many at once: one file per core, and the results in the order of the files.
async fn map(files: Vec<PathBuf>) -> Tally {
    let mut tally = Tally::default();
    let mut hashed = cpu().map(files, |path| (hash_file(&path), path));
    while let Some((hashed, path)) = hashed.next().await {
        tally.add(&path, hashed);
    }
    tally
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let root = env::args_os().nth(1).map_or_else(|| workspace.into(), PathBuf::from);
    let found = asyncify!(files::find(&root)).await;

    // Enough work to distinguish a stall from the resolution of a timer.
    let rounds = ((16 << 20) / found.bytes.max(1)).clamp(1, 64);
    println!("{} files, {} bytes; each hashed {rounds}x", found.files.len(), found.bytes);
    let files: Vec<_> = (0..rounds).flat_map(|_| found.files.clone()).collect();

    let mut errors = found.errors;
    println!("way                files        bytes sha-256             wall time longest stall");
    errors.extend(measure("blocking", blocking(files.clone())).await);
    errors.extend(measure("#[sync_to_async]", attribute(files.clone())).await);
    errors.extend(measure("asyncify!", inline(files.clone())).await);
    errors.extend(measure("map", map(files)).await);

    for error in &errors {
        eprintln!("quickstart: {error}");
    }
    if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
