//! The functions that take a path: each is one call on the pool.

use std::fs::{Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use asyncify_runtime::sync_to_async;
use castaway::match_type;

use crate::NEVER;

/// Returns the absolute path, with all symbolic links resolved: [`std::fs::canonicalize`].
///
/// # Errors
///
/// Returns an error if the path does not exist, or a component of it is not a directory.
#[sync_to_async(timeout = NEVER)]
pub fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// Copies the contents and permissions of a file: [`std::fs::copy`].
///
/// Returns the number of bytes. The system copies without passing the bytes through this process,
/// where it can.
///
/// # Errors
///
/// Returns an error if `from` is not a file or may not be read, or `to` may not be written.
#[sync_to_async(timeout = NEVER)]
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    std::fs::copy(from, to)
}

/// Creates a directory: [`std::fs::create_dir`].
///
/// # Errors
///
/// Returns an error if something exists at the path, its parent does not exist, or it may not be
/// created.
#[sync_to_async(timeout = NEVER)]
pub fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Creates a directory and all of its parents that are missing: [`std::fs::create_dir_all`].
///
/// # Errors
///
/// Returns an error if the path is that of a file, or a directory may not be created.
#[sync_to_async(timeout = NEVER)]
pub fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Returns whether something exists at the path: [`std::fs::exists`].
///
/// # Errors
///
/// Returns an error if that cannot be found out, for example because a directory may not be
/// searched.
#[sync_to_async(timeout = NEVER)]
pub fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    std::fs::exists(path)
}

/// The name that `std` has for [`try_exists`].
///
/// # Errors
///
/// Returns an error if it cannot be found out whether something exists at the path.
#[sync_to_async(timeout = NEVER)]
pub fn exists(path: impl AsRef<Path>) -> io::Result<bool> {
    std::fs::exists(path)
}

/// Creates a hard link: [`std::fs::hard_link`].
///
/// # Errors
///
/// Returns an error if `original` is not a file, `link` exists, or both are not on the same file
/// system.
#[sync_to_async(timeout = NEVER)]
pub fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    std::fs::hard_link(original, link)
}

/// Returns the metadata of a file or directory: [`std::fs::metadata`].
///
/// # Errors
///
/// Returns an error if the path does not exist, or a directory of it may not be searched.
#[sync_to_async(timeout = NEVER)]
pub fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    std::fs::metadata(path)
}

/// Returns the contents of a file: [`std::fs::read`].
///
/// This is one call on the pool, whatever the size of the file, and the fastest way to read all of
/// it.
///
/// # Errors
///
/// Returns an error if the file does not exist or may not be read.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let bytes = asyncify_fs::read("README.md").await?;
/// assert!(bytes.starts_with(b"# asyncify-fs"));
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[sync_to_async(timeout = NEVER)]
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Returns the path that a symbolic link refers to: [`std::fs::read_link`].
///
/// # Errors
///
/// Returns an error if the path does not exist or is not a symbolic link.
#[sync_to_async(timeout = NEVER)]
pub fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    std::fs::read_link(path)
}

/// Returns the contents of a file as a string: [`std::fs::read_to_string`].
///
/// # Errors
///
/// Returns an error if the file does not exist or may not be read, or if it is not UTF-8.
#[sync_to_async(timeout = NEVER)]
pub fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// Removes an empty directory: [`std::fs::remove_dir`].
///
/// # Errors
///
/// Returns an error if the directory does not exist, is not empty, or may not be removed.
#[sync_to_async(timeout = NEVER)]
pub fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    std::fs::remove_dir(path)
}

/// Removes a directory and everything in it: [`std::fs::remove_dir_all`].
///
/// # Errors
///
/// Returns an error if the directory does not exist, or something in it may not be removed.
#[sync_to_async(timeout = NEVER)]
pub fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    std::fs::remove_dir_all(path)
}

/// Removes a file: [`std::fs::remove_file`].
///
/// # Errors
///
/// Returns an error if the file does not exist, is a directory, or may not be removed.
#[sync_to_async(timeout = NEVER)]
pub fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// Renames a file or directory, and replaces a file that exists: [`std::fs::rename`].
///
/// # Errors
///
/// Returns an error if `from` does not exist, or both are not on the same file system.
#[sync_to_async(timeout = NEVER)]
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Changes the permissions of a file or directory: [`std::fs::set_permissions`].
///
/// # Errors
///
/// Returns an error if the path does not exist, or its permissions may not be changed.
#[sync_to_async(timeout = NEVER)]
pub fn set_permissions(path: impl AsRef<Path>, permissions: Permissions) -> io::Result<()> {
    std::fs::set_permissions(path, permissions)
}

/// Creates a symbolic link: [`std::os::unix::fs::symlink`].
///
/// # Errors
///
/// Returns an error if `link` exists or may not be created.
#[cfg(unix)]
#[sync_to_async(timeout = NEVER)]
pub fn symlink(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

/// Creates a symbolic link to a directory: [`std::os::windows::fs::symlink_dir`].
///
/// # Errors
///
/// Returns an error if `link` exists or may not be created.
#[cfg(windows)]
#[sync_to_async(timeout = NEVER)]
pub fn symlink_dir(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(original, link)
}

/// Creates a symbolic link to a file: [`std::os::windows::fs::symlink_file`].
///
/// # Errors
///
/// Returns an error if `link` exists or may not be created.
#[cfg(windows)]
#[sync_to_async(timeout = NEVER)]
pub fn symlink_file(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    std::os::windows::fs::symlink_file(original, link)
}

/// Returns the metadata of a file, directory or link, without following it:
/// [`std::fs::symlink_metadata`].
///
/// # Errors
///
/// Returns an error if the path does not exist, or a directory of it may not be searched.
#[sync_to_async(timeout = NEVER)]
pub fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    std::fs::symlink_metadata(path)
}

/// Writes a file, which is created if it does not exist and replaced if it does:
/// [`std::fs::write`].
///
/// The contents are not copied if they are a `Vec<u8>` or a `String`. Anything else is copied
/// first; a [`File`](crate::File) writes a large value in parts.
///
/// # Errors
///
/// Returns an error if the file may not be created or written to, or if the disk is full.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("greeting");
/// asyncify_fs::write(&path, "hello").await?;
/// assert_eq!(asyncify_fs::read_to_string(&path).await?, "hello");
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    write_owned(path, owned(contents)).await
}

#[sync_to_async(timeout = NEVER)]
fn write_owned(path: impl AsRef<Path>, contents: Vec<u8>) -> io::Result<()> {
    std::fs::write(path, contents)
}

/// Returns the bytes in memory of their own: that of the value, if it has some.
fn owned<C: AsRef<[u8]>>(contents: C) -> Vec<u8> {
    match_type!(contents, {
        Vec<u8> as bytes => bytes,
        String as text => text.into_bytes(),
        contents => contents.as_ref().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::owned;

    #[test]
    fn contents_that_own_memory_are_not_copied() {
        let bytes = vec![1, 2, 3];
        let address = bytes.as_ptr();
        let bytes = owned(bytes);
        assert_eq!(bytes.as_ptr(), address);
        let text = String::from("text");
        let address = text.as_ptr();
        let bytes = owned(text);
        assert_eq!(bytes.as_ptr(), address);
        let borrowed = String::from("borrowed");
        assert_eq!(owned(borrowed.as_str()), b"borrowed");
        assert_eq!(owned([1, 2]), [1, 2]);
    }
}
