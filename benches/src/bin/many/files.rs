//! A file of 1 GiB, from the page cache and back to it.

use crate::{Bench, each};
use asyncify_benches::turns::Sample;
use asyncify_runtime::Unblock;
use futures::{AsyncReadExt, AsyncWriteExt};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SIZE: usize = 1 << 30;
/// The size of each read and write.
pub(crate) const STEP: usize = 64 << 10;

/// Removed when it is dropped.
pub(crate) struct Temporary(pub(crate) PathBuf);

impl Temporary {
    pub(crate) fn new() -> Self {
        let directory =
            std::env::var_os("ASYNCIFY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        Self(directory.join(format!("asyncify-many-{}", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) fn tables(bench: &Bench) -> io::Result<String> {
    let size = bench.items(SIZE) / STEP * STEP;
    let temporary = Temporary::new();
    let path = &temporary.0;
    write_plainly(path, size)?;
    let plainly = |work: fn(&Path, usize) -> io::Result<()>| -> Sample<'_> {
        Box::new(move || {
            let start = Instant::now();
            work(path, size).expect("the file can be used");
            each(start.elapsed(), size)
        })
    };
    let existing = || File::open(path).expect("the file can be read");
    let over = || open(path).expect("the file can be written");
    let [ours, plain, of_tokio, theirs] =
        ["`Unblock<File>`", "`File`, blocking", "`tokio::fs::File`", "`blocking::Unblock<File>`"];
    let reads = [
        (ours, bench.time(size, || read(Unblock::new(existing()), size))),
        (plain, plainly(read_plainly)),
        (of_tokio, bench.time(size, || read_tokio(existing().into(), size))),
        (theirs, bench.time(size, || read(blocking::Unblock::new(existing()), size))),
    ];
    let writes = [
        (ours, bench.time(size, || write(Unblock::new(over()), size))),
        (plain, plainly(write_plainly)),
        (of_tokio, bench.time(size, || write_tokio(over().into(), size))),
        (theirs, bench.time(size, || write(blocking::Unblock::new(over()), size))),
    ];
    let show = |ns: f64| format!("{:.2}", 1.0 / ns);
    let reads = bench.table("1 GiB read, 64 KiB at a time", "GB/s", reads, show);
    let writes = bench.table("1 GiB written over, 64 KiB at a time", "GB/s", writes, show);
    Ok(format!("{reads}\n{writes}"))
}

/// Overwrites the file, because extending it would measure the file system.
fn open(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(path)
}

fn read_plainly(path: &Path, size: usize) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; STEP];
    let mut read = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => read += count,
        }
    }
    assert_eq!(read, size);
    Ok(())
}

fn write_plainly(path: &Path, size: usize) -> io::Result<()> {
    let mut file = open(path)?;
    let buffer = vec![7; STEP];
    for _ in 0..size / STEP {
        file.write_all(&buffer)?;
    }
    file.flush()
}

pub(crate) async fn read(mut file: impl futures::AsyncRead + Unpin, size: usize) {
    let mut buffer = vec![0; STEP];
    let mut read = 0;
    loop {
        match file.read(&mut buffer).await.expect("the file can be read") {
            0 => break,
            count => read += count,
        }
    }
    assert_eq!(read, size);
}

pub(crate) async fn read_tokio(mut file: tokio::fs::File, size: usize) {
    let mut buffer = vec![0; STEP];
    let mut read = 0;
    loop {
        match file.read(&mut buffer).await.expect("the file can be read") {
            0 => break,
            count => read += count,
        }
    }
    assert_eq!(read, size);
}

async fn write(mut file: impl futures::AsyncWrite + Unpin, size: usize) {
    let buffer = vec![7; STEP];
    for _ in 0..size / STEP {
        file.write_all(&buffer).await.expect("the file can be written");
    }
    file.close().await.expect("the file can be written");
}

async fn write_tokio(mut file: tokio::fs::File, size: usize) {
    let buffer = vec![7; STEP];
    for _ in 0..size / STEP {
        file.write_all(&buffer).await.expect("the file can be written");
    }
    file.flush().await.expect("the file can be written");
}
