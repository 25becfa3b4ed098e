//! How do I copy a large file with progress, stop it, and resume it later? The body calls
//! `check_cancelled` between blocks; the length of the target file says where to resume.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::{env, fs, io, process};

use asyncify_runtime::{check_cancelled, sync_to_async};
use tokio::sync::watch;

const BLOCK: usize = 64 << 10;

// ANCHOR: copy
/// Copies what is missing in `to`, block by block. Returns the number of bytes that it copied.
#[sync_to_async]
fn copy(from: &Path, to: &Path, progress: watch::Sender<u64>) -> io::Result<u64> {
    let mut source = File::open(from)?;
    let mut target = OpenOptions::new().append(true).create(true).open(to)?;
    let start = target.metadata()?.len();
    source.seek(SeekFrom::Start(start))?;
    let mut block = vec![0; BLOCK];
    let mut done = start;
    loop {
        check_cancelled().map_err(io::Error::other)?;
        let count = source.read(&mut block)?;
        if count == 0 {
            return Ok(done - start);
        }
        target.write_all(&block[..count])?;
        done += count as u64;
        progress.send_replace(done);
    }
}
// ANCHOR_END: copy

/// Copies until `to` has `enough` bytes, and then drops the call.
async fn copy_part(from: &Path, to: &Path, enough: u64) {
    let (progress, mut seen) = watch::channel(0);
    let mut reports = seen.clone();
    tokio::select! {
        result = copy(from, to, progress) => println!("done too soon: {result:?}"),
        _ = seen.wait_for(|done| *done >= enough) => {}
    }
    // The body drops the sender when it has noticed the cancellation.
    while reports.changed().await.is_ok() {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let directory = env::temp_dir().join(format!("asyncify-copy-{}", process::id()));
    fs::create_dir_all(&directory)?;
    let (from, to) = (directory.join("from"), directory.join("to"));
    let content: Vec<u8> = (0..32 << 20).map(|n: u32| n.to_le_bytes()[n as usize % 4]).collect();
    fs::write(&from, &content)?;

    copy_part(&from, &to, 1 << 20).await;
    let first = fs::metadata(&to)?.len();
    println!("stopped in time: {}", first >= 1 << 20 && first < content.len() as u64);

    let (progress, seen) = watch::channel(0);
    let second = copy(&from, &to, progress).await?;
    println!("went on where it was: {}", first + second == content.len() as u64);
    println!("last report: {} of {} bytes", *seen.borrow(), content.len());
    println!("the same: {}", fs::read(&to)? == content);
    fs::remove_dir_all(&directory)
}
