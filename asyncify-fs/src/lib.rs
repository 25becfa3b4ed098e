#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod batches;
mod dir_builder;
mod file;
mod functions;
mod open_options;
mod read_dir;
#[cfg(feature = "walk")]
mod walk;

pub use std::fs::{FileTimes, FileType, Metadata, Permissions};

pub use crate::dir_builder::DirBuilder;
pub use crate::file::{File, FileOperations};
#[cfg(unix)]
pub use crate::functions::symlink;
pub use crate::functions::{
    canonicalize, copy, create_dir, create_dir_all, exists, hard_link, metadata, read, read_link,
    read_to_string, remove_dir, remove_dir_all, remove_file, rename, set_permissions,
    symlink_metadata, try_exists, write,
};
#[cfg(windows)]
pub use crate::functions::{symlink_dir, symlink_file};
pub use crate::open_options::OpenOptions;
pub use crate::read_dir::{DirEntry, ReadDir, read_dir};
#[cfg(feature = "walk")]
#[cfg_attr(docsrs, doc(cfg(feature = "walk")))]
pub use crate::walk::{Walk, walk, walk_with};

/// The timeout of all calls: there is none. A call that the executor refuses returns an error, as a
/// call that times out does.
const NEVER: std::time::Duration = std::time::Duration::MAX;
