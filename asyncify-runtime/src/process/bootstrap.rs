//! The start of a program that can become a worker.

use crate::sync::{AtomicBool, Ordering};

use super::{task, worker};
use crate::error::process::ProcessError;

static INITIALISED: AtomicBool = AtomicBool::new(false);

#[expect(clippy::needless_doctest_main, reason = "`main` is what it is about")]
/// Allows the program to start worker processes, which run this same program.
///
/// Must be the first statement of `main`: what is before it also happens in every worker.
/// `#[asyncify_runtime::main]` inserts it. In a worker it does not return but runs calls, and exits
/// when the pool is shut down. Otherwise it returns at once.
///
/// # Examples
///
/// ```
/// fn main() {
///     asyncify_runtime::process::init();
///     // The program.
/// }
/// ```
pub fn init() {
    become_worker();
    // Relaxed: nothing else is published by it.
    INITIALISED.store(true, Ordering::Relaxed);
}

/// Runs calls and exits, if this process was started as a worker.
pub fn become_worker() {
    if worker::is_started_as_worker() {
        worker::main();
    }
}

/// The test in which a test binary becomes a worker; created by
/// [`worker_test!`](crate::worker_test).
pub struct TestEntry {
    /// The module that the test is in.
    pub module: &'static str,
}

inventory::collect!(TestEntry);

impl TestEntry {
    /// Its name for the test harness: the path without the crate.
    fn test_name(&self) -> String {
        let module = self.module.split_once("::").map(|(_, module)| format!("{module}::"));
        format!("{}__asyncify_worker", module.unwrap_or_default())
    }
}

/// Checks that this program may start workers.
pub(crate) fn check(other_program: bool) -> Result<(), ProcessError> {
    if worker::is_worker() || worker::is_started_as_worker() {
        return Err(ProcessError::InWorker);
    }
    if !other_program && !is_initialised() && test_entry().is_none() {
        return Err(ProcessError::NotInitialised);
    }
    task::registry().map(drop).map_err(|detail| ProcessError::Start { attempts: 0, detail })
}

fn is_initialised() -> bool {
    // Relaxed: see `init`.
    INITIALISED.load(Ordering::Relaxed)
}

fn test_entry() -> Option<&'static TestEntry> {
    inventory::iter::<TestEntry>.into_iter().next()
}

/// The name of the [`TestEntry`] that a test binary runs as a worker; `None` for a program.
pub(crate) fn test_name() -> Option<String> {
    test_entry().filter(|_| !is_initialised()).map(TestEntry::test_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_names_are_without_the_crate() {
        assert_eq!(TestEntry { module: "shop" }.test_name(), "__asyncify_worker");
        assert_eq!(TestEntry { module: "shop::tests" }.test_name(), "tests::__asyncify_worker");
    }
}
