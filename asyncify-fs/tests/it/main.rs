//! Behaviour of `asyncify-fs` on real files.

#[cfg(feature = "futures")]
mod async_fs;
mod cursor;
mod directories;
mod drops;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(target_os = "linux")]
mod fuse;
mod locks;
mod positioned;
#[cfg(unix)]
mod scripts;
mod shut_down;
#[cfg(feature = "tokio")]
mod tokio_file;
mod tokio_functions;
#[cfg(feature = "walk")]
mod walk;

use asyncify_fs::File;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder that is removed at the end, and the path of a file in it with this content.
fn file_with(content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// Opens a file for reading and writing.
async fn open(path: &std::path::Path) -> File {
    File::options().read(true).write(true).open(path).await.unwrap()
}

/// Bytes of which each part is different.
fn pattern(size: usize) -> Vec<u8> {
    (0..size)
        .map(|number: usize| (number ^ (number >> 8) ^ (number >> 16)).to_le_bytes()[0])
        .collect()
}

/// Waits for what another thread does, for a minute at most.
#[cfg(target_os = "linux")]
fn until(condition: impl Fn() -> bool) {
    use std::time::{Duration, Instant};
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "this takes too long");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether this process has a descriptor of the file or directory.
#[cfg(target_os = "linux")]
fn is_open(path: &std::path::Path) -> bool {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
    descriptors
        .filter_map(|descriptor| std::fs::read_link(descriptor.ok()?.path()).ok())
        .any(|target| target == path)
}
