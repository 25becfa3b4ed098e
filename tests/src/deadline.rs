//! Ends a test that hangs.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use crate::FOREVER;

/// Runs `f`. If that takes for ever, the process is aborted, after it has said what hangs.
pub fn in_time<R>(name: impl Into<String>, f: impl FnOnce() -> R) -> R {
    let name = name.into();
    let (ends, ended) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(FOREVER) {
            eprintln!("`{name}` hangs");
            std::process::abort();
        }
    });
    // Dropped also by a panic, which is the test's to report.
    let result = f();
    drop(ends);
    let _ended = watch.join();
    result
}
