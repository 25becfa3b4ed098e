//! Code that is not the project's own.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub fn load(path: &Path) -> io::Result<Vec<u8>> {
    read(path)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Async by its name alone.
pub async fn load_async(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Not `async fn`, but a future all the same.
pub fn load_future(path: &Path) -> impl Future<Output = io::Result<File>> + '_ {
    async move { File::open(path) }
}

pub fn parse<R: Read>(mut reader: R) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Runs the closure on a thread of its own.
pub fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) {
    std::thread::spawn(move || {
        work();
    });
}

pub fn with<T>(work: impl FnOnce() -> T) -> T {
    work()
}

pub struct Hooks {
    hooks: Vec<Box<dyn Fn() + Send>>,
}

impl Hooks {
    pub fn add(&mut self, hook: impl Fn() + Send + 'static) {
        self.hooks.push(Box::new(hook));
    }
}
