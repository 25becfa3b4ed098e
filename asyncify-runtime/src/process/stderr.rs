//! What a worker writes to its stderr, where the pool captures that.

use std::io::{self, ErrorKind, Read};
use std::process::ChildStderr;

/// The last bytes of it.
pub(crate) struct Tail {
    /// `None` at its end.
    pub(crate) pipe: Option<ChildStderr>,
    bytes: Vec<u8>,
    limit: usize,
}

impl Tail {
    pub(crate) fn new(pipe: ChildStderr, limit: usize) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self { pipe: Some(pipe), bytes: Vec::new(), limit })
    }

    /// Reads what there is.
    pub(crate) fn read(&mut self) {
        let mut buffer = [0; 4096];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut buffer) {
                Ok(0) => self.pipe = None,
                Ok(read) => {
                    self.bytes.extend_from_slice(&buffer[..read]);
                    let excess = self.bytes.len().saturating_sub(self.limit);
                    self.bytes.drain(..excess);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    pub(crate) fn into_text(mut self) -> String {
        self.read();
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
