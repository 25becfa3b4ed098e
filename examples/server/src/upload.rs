//! An upload: written and hashed as it arrives.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

/// A file that gets its name only when it is complete.
#[derive(Debug)]
pub(crate) struct Upload {
    file: File,
    hash: Sha256,
    part: PathBuf,
    target: PathBuf,
}

impl Upload {
    pub(crate) fn begin(directory: &Path, name: &str) -> Result<Self, Error> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(is_plain) {
            return Err(Error::Name);
        }
        let (part, target) = (directory.join(format!("{name}.part")), directory.join(name));
        Ok(Self { file: File::create(&part)?, hash: Sha256::new(), part, target })
    }

    /// Renames the file to its name, and returns its hash.
    pub(crate) fn finish(self) -> Result<String, Error> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.target)?;
        Ok(hex(&self.hash.clone().finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // A finished upload has no partial file.
        _ = fs::remove_file(&self.part);
    }
}
