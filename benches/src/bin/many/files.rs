//! A file of 1 GiB, from the page cache and back to it.

use crate::{Bench, Way, each, table};
use asyncify_runtime::Unblock;
use futures::{AsyncReadExt, AsyncWriteExt};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SIZE: usize = 1 << 30;
/// What the user reads and writes in one go.
const STEP: usize = 64 << 10;

/// Goes away with the bench.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) fn tables(bench: &Bench) -> io::Result<String> {
    let size = bench.items(SIZE) / STEP * STEP;
    let directory =
        std::env::var_os("ASYNCIFY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let temporary = Temporary(directory.join(format!("asyncify-many-{}", std::process::id())));
    let path = &temporary.0;
    write_plainly(path, size)?;
    let names =
        ["`Unblock<File>`", "`File`, blocking", "`tokio::fs::File`", "`blocking::Unblock<File>`"];
    let (mut reads, mut writes) = (names.map(Way::new), names.map(Way::new));
    for _ in 0..bench.scale.samples {
        let start = Instant::now();
        read_plainly(path, size)?;
        reads[1].samples.push(each(start.elapsed(), size));
        let file = File::open(path)?;
        reads[0].samples.push(bench.time(size, read(Unblock::new(file), size)));
        let file = tokio::fs::File::from_std(File::open(path)?);
        reads[2].samples.push(bench.time(size, read_tokio(file, size)));
        let file = File::open(path)?;
        reads[3].samples.push(bench.time(size, read(blocking::Unblock::new(file), size)));

        let start = Instant::now();
        write_plainly(path, size)?;
        writes[1].samples.push(each(start.elapsed(), size));
        writes[0].samples.push(bench.time(size, write(Unblock::new(open(path)?), size)));
        let file = tokio::fs::File::from_std(open(path)?);
        writes[2].samples.push(bench.time(size, write_tokio(file, size)));
        let file = blocking::Unblock::new(open(path)?);
        writes[3].samples.push(bench.time(size, write(file, size)));
    }
    let show = |ns: f64| format!("{:.2}", 1.0 / ns);
    let reads = table("1 GiB read, 64 KiB at a time", "GB/s", &reads, show);
    let writes = table("1 GiB written over, 64 KiB at a time", "GB/s", &writes, show);
    Ok(format!("{reads}\n{writes}"))
}

/// For writing, over what is there: making the file longer is the file system's time, not ours.
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

async fn read(mut file: impl futures::AsyncRead + Unpin, size: usize) {
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

async fn read_tokio(mut file: tokio::fs::File, size: usize) {
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
