//! A temporary file.

use std::fs::File;
use std::path::PathBuf;

use crate::sync::{AtomicUsize, Ordering};

/// The path of a temporary file, which is removed when this is dropped.
pub(super) struct Temporary(pub(super) PathBuf);

impl Temporary {
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(format!("asyncify-unblock-{}-{}", name.0, name.1)))
    }

    /// Creates the file, or replaces it.
    pub(super) fn create(&self, writable: bool, content: &[u8]) -> File {
        std::fs::write(&self.0, content).unwrap();
        File::options().read(true).write(writable).open(&self.0).unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}
