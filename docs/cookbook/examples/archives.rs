//! zip: unpacks an archive, reports its progress, and stops when the caller gives up. The arguments
//! are the archive and the directory to unpack to.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use asyncify_runtime::{check_cancelled, sync_to_async};
use tokio::sync::watch;
use zip::ZipArchive;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A bomb unpacks to much more than this.
const MOST_BYTES: u64 = 64 << 20;

#[sync_to_async(limit = 2)]
fn unpack(archive: &Path, target: &Path, progress: watch::Sender<usize>) -> Result<u64, Failure> {
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    let mut bytes = 0;
    for index in 0..archive.len() {
        // Between two files; what was unpacked remains.
        check_cancelled()?;
        let mut entry = archive.by_index(index)?;
        // `None` for `../passwd`, which is outside of the target.
        let name = entry.enclosed_name().ok_or_else(|| format!("bad name: {}", entry.name()))?;
        let path = target.join(name);
        if entry.is_dir() {
            fs::create_dir_all(path)?;
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(target))?;
        // The length in the archive may be a lie, so the bytes are counted.
        bytes +=
            io::copy(&mut entry.by_ref().take(MOST_BYTES + 1 - bytes), &mut File::create(path)?)?;
        if bytes > MOST_BYTES {
            return Err("the archive is too large".into());
        }
        progress.send_replace(index + 1);
    }
    Ok(bytes)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let archive = paths.next().ok_or("which archive?")?;
    let target = paths.next().ok_or("where to?")?;

    let (progress, mut unpacked) = watch::channel(0);
    let show = async {
        // Ends when the body drops its sender.
        while unpacked.changed().await.is_ok() {
            eprintln!("{} files", *unpacked.borrow_and_update());
        }
    };
    let (bytes, ()) = tokio::join!(unpack(&archive, &target, progress), show);
    match bytes {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("failed: {error}"),
    }
    Ok(())
}
