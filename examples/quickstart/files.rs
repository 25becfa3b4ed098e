//! Finds the files of a directory.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The content of a directory.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
    /// What could not be read, and why.
    pub(crate) errors: BTreeSet<String>,
}

/// Finds the files below `root`, in order, without `target` and `.git`.
pub(crate) fn find(root: &Path) -> Found {
    let mut found = Found::default();
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    let is_own = |name: &OsStr| name != "target" && name != ".git";
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || is_own(entry.file_name())) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                found.bytes += entry.metadata().map_or(0, |metadata| metadata.len());
                found.files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(root).display();
                let cause =
                    error.io_error().map_or_else(|| error.to_string(), io::Error::to_string);
                found.errors.insert(format!("{path}: {cause}"));
            }
        }
    }
    found
}
