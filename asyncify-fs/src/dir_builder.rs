//! How to create a directory.

use std::io;
use std::path::Path;

use asyncify_runtime::sync_to_async;

use crate::NEVER;

/// Options with which directories are created: [`std::fs::DirBuilder`].
///
/// # Examples
///
/// ```
/// use asyncify_fs::DirBuilder;
///
/// # futures::executor::block_on(async {
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a/b/c");
/// DirBuilder::new().recursive(true).create(&path).await?;
/// assert!(asyncify_fs::try_exists(&path).await?);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct DirBuilder {
    recursive: bool,
    #[cfg(unix)]
    mode: Option<u32>,
}

impl DirBuilder {
    /// Creates the default options: not recursive, and readable for everyone that the umask allows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether parents that are missing are created as well. It is no error then if the
    /// directory exists.
    pub fn recursive(&mut self, recursive: bool) -> &mut Self {
        self.recursive = recursive;
        self
    }

    /// Sets the mode of new directories, from which the umask is removed. The default is `0o777`.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.mode = Some(mode);
        self
    }
}

#[sync_to_async(opt_in, timeout = NEVER)]
impl DirBuilder {
    /// Creates a directory.
    ///
    /// # Errors
    ///
    /// Returns an error if it exists and the options are not recursive, if its parent does not
    /// exist and they are not recursive, or if it may not be created.
    #[sync_to_async]
    pub fn create(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(self.recursive);
        #[cfg(unix)]
        if let Some(mode) = self.mode {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
        }
        builder.create(path)
    }
}
