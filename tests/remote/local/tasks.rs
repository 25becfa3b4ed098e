//! The functions of the tests.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use asyncify_runtime::Error;
use serde::{Deserialize, Serialize};

/// An error of the user's own.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Refused {
    Odd(u64),
    Call(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// A file that counts the runs of a function, in whatever process.
pub(crate) struct Runs(PathBuf);

impl Runs {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("asyncify-remote-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn count(&self) -> u64 {
        fs::metadata(&self.0).map_or(0, |file| file.len())
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Counts one run; returns how many there were.
pub(crate) fn count(path: &Path) -> u64 {
    let mut file = File::options().append(true).create(true).open(path).expect("a temporary file");
    file.write_all(b".").expect("a byte can be written");
    file.metadata().expect("an open file").len()
}

/// Polls a real condition, as there is nothing to wait on in another process.
pub(crate) async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + asyncify_tests::FOREVER;
    while !is_true() {
        assert!(std::time::Instant::now() < deadline, "waited too long until {what}");
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}
