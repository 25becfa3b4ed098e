//! How to open a file.

use std::io;
use std::path::Path;

use asyncify_runtime::sync_to_async;

use crate::{File, NEVER};

/// Options with which files are opened: [`std::fs::OpenOptions`].
///
/// # Examples
///
/// ```
/// use asyncify_fs::OpenOptions;
///
/// # futures::executor::block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("log");
/// let mut file = OpenOptions::new().append(true).create(true).open(&path).await?;
/// file.write_all(b"one line\n").await?;
/// file.flush().await?;
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions(std::fs::OpenOptions);

impl OpenOptions {
    /// Creates options with which nothing is allowed: set at least one of `read`, `write` and
    /// `append`.
    #[must_use]
    pub fn new() -> Self {
        Self(std::fs::OpenOptions::new())
    }

    /// Sets whether the file can be read.
    pub fn read(&mut self, read: bool) -> &mut Self {
        self.0.read(read);
        self
    }

    /// Sets whether the file can be written to. Its contents are kept unless it is truncated.
    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.write(write);
        self
    }

    /// Sets whether each write goes to the end of the file.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.0.append(append);
        self
    }

    /// Sets whether the contents of a file that exists are removed; needs `write`.
    pub fn truncate(&mut self, truncate: bool) -> &mut Self {
        self.0.truncate(truncate);
        self
    }

    /// Sets whether the file is created if it does not exist; needs `write` or `append`.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.0.create(create);
        self
    }

    /// Sets whether the file is created, and must not exist before.
    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.0.create_new(create_new);
        self
    }
}

#[sync_to_async(opt_in, timeout = NEVER)]
impl OpenOptions {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Returns the error of [`std::fs::OpenOptions::open`].
    #[sync_to_async]
    pub fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        self.0.open(path).map(File::from_std)
    }
}

#[cfg(unix)]
impl OpenOptions {
    /// Sets the mode of a new file, from which the umask is removed. The default is `0o666`.
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        std::os::unix::fs::OpenOptionsExt::mode(&mut self.0, mode);
        self
    }

    /// Sets further flags of the system call `open`, such as `O_NOFOLLOW`.
    pub fn custom_flags(&mut self, flags: i32) -> &mut Self {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut self.0, flags);
        self
    }
}

#[cfg(windows)]
impl OpenOptions {
    /// Sets `dwDesiredAccess` of `CreateFile`, instead of what `read`, `write` and `append` mean.
    pub fn access_mode(&mut self, access: u32) -> &mut Self {
        std::os::windows::fs::OpenOptionsExt::access_mode(&mut self.0, access);
        self
    }

    /// Sets `dwShareMode` of `CreateFile`.
    pub fn share_mode(&mut self, share: u32) -> &mut Self {
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut self.0, share);
        self
    }

    /// Sets further bits of `dwFlagsAndAttributes` of `CreateFile`.
    pub fn custom_flags(&mut self, flags: u32) -> &mut Self {
        std::os::windows::fs::OpenOptionsExt::custom_flags(&mut self.0, flags);
        self
    }

    /// Sets the attributes of a new file.
    pub fn attributes(&mut self, attributes: u32) -> &mut Self {
        std::os::windows::fs::OpenOptionsExt::attributes(&mut self.0, attributes);
        self
    }

    /// Sets the quality of service with which a named pipe is opened.
    pub fn security_qos_flags(&mut self, flags: u32) -> &mut Self {
        std::os::windows::fs::OpenOptionsExt::security_qos_flags(&mut self.0, flags);
        self
    }
}

impl From<std::fs::OpenOptions> for OpenOptions {
    fn from(options: std::fs::OpenOptions) -> Self {
        Self(options)
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}
