//! The handles of a pool's threads, so that its end can be waited for to the last instruction.

use crate::sync::{Mutex, MutexGuard, thread};
use std::collections::HashMap;
use std::io;
use std::sync::PoisonError;

/// The lock is held while a thread is made, so that no thread ends before its handle is here, and
/// while ended threads are joined. No worker takes it but when it starts another or ends.
pub(super) struct Crew(Mutex<HashMap<thread::ThreadId, thread::JoinHandle<()>>>);

impl Crew {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// Takes in the thread that `spawn` makes.
    pub(super) fn hire(
        &self,
        spawn: impl FnOnce() -> io::Result<thread::JoinHandle<()>>,
    ) -> io::Result<()> {
        let mut crew = self.lock();
        let handle = spawn()?;
        crew.insert(handle.thread().id(), handle);
        Ok(())
    }

    /// Forgets this thread: nobody is going to wait for it.
    pub(super) fn let_go(&self) {
        let handle = self.lock().remove(&thread::current().id());
        drop(handle);
    }

    /// Waits until the threads are gone, after all of them have left the pool. What they still do
    /// is to destroy their thread-local values.
    pub(super) fn join_all(&self) {
        for (_, handle) in self.lock().drain() {
            // A panic there is no business of the pool's, and was reported.
            let _ended = handle.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<thread::ThreadId, thread::JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
