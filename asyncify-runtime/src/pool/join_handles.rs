//! The join handles of a pool's threads, so that shutdown can wait until the threads have ended.

use crate::sync::{Mutex, MutexGuard, thread};
use std::io;
use std::sync::PoisonError;

/// A list: it is searched only when a thread exits.
type Handles = Vec<(thread::ThreadId, thread::JoinHandle<()>)>;

pub(super) struct JoinHandles {
    /// Held while a thread is spawned, so that no thread exits before its handle is inserted. Never
    /// held while a thread is joined: a thread that exits takes it.
    handles: Mutex<Handles>,
    /// Held while threads are joined, so that every caller of `join_all` waits for them. No thread
    /// of the pool takes it.
    joining: Mutex<()>,
}

impl JoinHandles {
    pub(super) fn new() -> Self {
        Self { handles: Mutex::new(Vec::new()), joining: Mutex::new(()) }
    }

    /// Inserts the handle of the thread that `spawn` spawns.
    pub(super) fn insert(
        &self,
        spawn: impl FnOnce() -> io::Result<thread::JoinHandle<()>>,
    ) -> io::Result<()> {
        let mut handles = self.handles();
        let handle = spawn()?;
        handles.push((handle.thread().id(), handle));
        Ok(())
    }

    /// Removes the handle of the current thread, which is not going to be joined, unless it is
    /// being joined.
    pub(super) fn remove_current(&self) {
        let current = thread::current().id();
        let mut handles = self.handles();
        let index = handles.iter().position(|(id, _)| *id == current);
        let handle = index.map(|index| handles.swap_remove(index));
        drop(handles);
        drop(handle);
    }

    /// Joins the threads, all of which have left the pool. What is left of them is the destruction
    /// of their thread-local values.
    pub(super) fn join_all(&self) {
        let _joining = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        let handles = std::mem::take(&mut *self.handles());
        for (_, handle) in handles {
            // A panic of the thread was reported by the panic hook.
            let _ended = handle.join();
        }
    }

    fn handles(&self) -> MutexGuard<'_, Handles> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
