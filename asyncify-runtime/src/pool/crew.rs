//! The handles of a pool's threads, so that its end can be waited for to the last instruction.

use crate::sync::{Mutex, MutexGuard, thread};
use std::collections::HashMap;
use std::io;
use std::sync::PoisonError;

type Handles = HashMap<thread::ThreadId, thread::JoinHandle<()>>;

pub(super) struct Crew {
    /// Held while a thread is made, so that no thread ends before its handle is here. Never held
    /// while one is joined: a thread that ends takes it.
    handles: Mutex<Handles>,
    /// Held while threads are joined, so that whoever waits for the end waits for that, too. No
    /// thread of the pool takes it.
    joining: Mutex<()>,
}

impl Crew {
    pub(super) fn new() -> Self {
        Self { handles: Mutex::new(HashMap::new()), joining: Mutex::new(()) }
    }

    /// Takes in the thread that `spawn` makes.
    pub(super) fn hire(
        &self,
        spawn: impl FnOnce() -> io::Result<thread::JoinHandle<()>>,
    ) -> io::Result<()> {
        let mut handles = self.handles();
        let handle = spawn()?;
        handles.insert(handle.thread().id(), handle);
        Ok(())
    }

    /// Forgets this thread, unless it is being joined: nobody is going to wait for it.
    pub(super) fn let_go(&self) {
        let handle = self.handles().remove(&thread::current().id());
        drop(handle);
    }

    /// Waits until the threads are gone, after all of them have left the pool. What they still do
    /// is to destroy their thread-local values.
    pub(super) fn join_all(&self) {
        let _turn = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        let handles = std::mem::take(&mut *self.handles());
        for handle in handles.into_values() {
            // A panic there is no business of the pool's, and was reported.
            let _ended = handle.join();
        }
    }

    fn handles(&self) -> MutexGuard<'_, Handles> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
