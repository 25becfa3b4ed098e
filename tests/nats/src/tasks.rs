//! Functions for workers, one for each behaviour. Most write to a file what they do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asyncify_runtime::{Error, sync_to_async};
use serde_bytes::ByteBuf;

/// Where functions of a test write, and what they wait for.
#[derive(Debug)]
pub struct Log {
    folder: tempfile::TempDir,
}

impl Default for Log {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }
}

impl Log {
    /// The file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many lines are `line`.
    #[must_use]
    pub fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|other| *other == line).count()
    }

    /// Lets the functions go on that wait for this file.
    pub fn open_gate(&self) {
        std::fs::write(gate(&self.file()), "").unwrap();
    }
}

fn gate(log: &Path) -> PathBuf {
    log.with_extension("gate")
}

fn note(log: &Path, line: &str) {
    // One write: lines of several processes do not mix.
    let mut file = std::fs::File::options().append(true).create(true).open(log).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Adds.
#[sync_to_async(remote(name = "add.v1", queue = "test", engine = &crate::engine()))]
pub fn add(a: u64, b: u64) -> Result<u64, Error> {
    Ok(a + b)
}

/// Notes that it ran, and returns the number.
#[sync_to_async(remote(name = "note.v1", queue = "test", engine = &crate::engine()))]
pub fn noted(log: &Path, number: u64) -> Result<u64, Error> {
    note(log, &format!("ran {number}"));
    Ok(number)
}

/// Notes that it begins, works for a while, and returns the number.
#[sync_to_async(remote(name = "soaked.v1", queue = "test", retries = 1000, engine = &crate::engine()))]
pub fn soaked(log: &Path, number: u64) -> Result<u64, Error> {
    note(log, &format!("ran {number}"));
    std::thread::sleep(Duration::from_millis(5));
    Ok(number)
}

/// Notes that it begins, waits for the gate, and notes that it ends.
#[sync_to_async(remote(name = "gated.v1", queue = "test", retries = 5, backoff = "10ms", engine = &crate::engine()))]
pub fn gated(log: &Path, number: u64) -> Result<u64, Error> {
    note(log, &format!("begin {number}"));
    while !gate(log).exists() {
        if asyncify_runtime::is_cancelled() {
            note(log, &format!("cancelled {number}"));
            return Err(Error::Cancelled);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    note(log, &format!("end {number}"));
    Ok(number)
}

/// As [`gated`], but never twice.
#[sync_to_async(remote(name = "once.v1", queue = "test", at_most_once, engine = &crate::engine()))]
pub fn once(log: &Path) -> Result<(), Error> {
    note(log, "begin");
    while !gate(log).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Ends the worker program at once.
#[sync_to_async(remote(name = "poison.v1", queue = "test", retries = 2, engine = &crate::engine()))]
pub fn poison(log: &Path) -> Result<(), Error> {
    note(log, "poisoned");
    std::process::abort()
}

/// Panics.
#[sync_to_async(remote(name = "panics.v1", queue = "test", engine = &crate::engine()))]
pub fn panics() -> Result<(), Error> {
    panic!("of no use")
}

/// Hangs past its time.
#[sync_to_async(remote(name = "hangs.v1", queue = "test", timeout = "1s", retries = 1, backoff = "1ms", engine = &crate::engine()))]
pub fn hangs(log: &Path) -> Result<(), Error> {
    note(log, "hangs");
    loop {
        std::thread::park();
    }
}

/// Allocates until it is stopped.
#[sync_to_async(remote(name = "grows.v1", queue = "test", retries = 0, engine = &crate::engine()))]
pub fn grows() -> Result<(), Error> {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 16 << 20]);
    }
}

/// Takes some bytes, and returns some.
#[sync_to_async(remote(name = "sized.v1", queue = "test", engine = &crate::engine()))]
pub fn sized(bytes: &ByteBuf, returned: usize) -> Result<ByteBuf, Error> {
    Ok(ByteBuf::from(vec![bytes.first().copied().unwrap_or_default(); returned]))
}

/// In another queue.
#[sync_to_async(remote(name = "other.v1", queue = "other", engine = &crate::engine()))]
pub fn in_other_queue(number: u64) -> Result<u64, Error> {
    Ok(number)
}

/// An argument that had fewer fields in an older version, and has more in a newer one.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Order {
    /// In each version.
    pub amount: u64,
    /// Not in the older one.
    #[serde(default)]
    pub discount: u64,
}

/// What is to be paid.
#[sync_to_async(remote(name = "price.v1", queue = "test", engine = &crate::engine()))]
pub fn price(order: &Order) -> Result<u64, Error> {
    Ok(order.amount - order.discount)
}
