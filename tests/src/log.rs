//! What happened, in order.

use std::sync::{Arc, Mutex};

/// Lines written from anywhere.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

/// Writes its name when it is dropped. Not `Clone`.
#[derive(Debug)]
pub struct Logged(Log, &'static str);

impl Log {
    /// Makes an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a line.
    pub fn write(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    /// A value that writes `name` when it is dropped.
    #[must_use]
    pub fn at_drop(&self, name: &'static str) -> Logged {
        Logged(self.clone(), name)
    }

    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.0.write(self.1);
    }
}
