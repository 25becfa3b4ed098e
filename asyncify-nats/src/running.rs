//! The tasks that a worker holds, by id: for messages that cancel them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asyncify_runtime::remote::TaskId;
use tokio::sync::watch;

/// What a worker holds.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashMap<String, watch::Sender<bool>>>);

impl Running {
    /// Adds a task. The same one may be there twice, if its first lease has ended.
    pub(crate) fn add(self: &Arc<Self>, id: &TaskId) -> Entry {
        let mut running = self.lock();
        let sender = running.entry(id.to_string()).or_insert_with(|| watch::Sender::new(false));
        Entry { cancelled: sender.subscribe(), id: id.clone(), running: self.clone() }
    }

    /// Cancels a task, if it is there.
    pub(crate) fn cancel(&self, id: &str) {
        if let Some(sender) = self.lock().get(id) {
            sender.send_replace(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that is held. Its drop removes it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) cancelled: watch::Receiver<bool>,
    id: TaskId,
    running: Arc<Running>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut running = self.running.lock();
        if running.get(self.id.as_str()).is_some_and(|sender| sender.receiver_count() <= 1) {
            running.remove(self.id.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_deliveries_of_a_task_are_cancelled_and_the_last_removes_it() {
        let running = Arc::new(Running::default());
        let id = TaskId::new("a").unwrap();
        let (first, second) = (running.add(&id), running.add(&id));
        running.cancel("b");
        assert!(!*first.cancelled.borrow());
        running.cancel("a");
        assert!(*first.cancelled.borrow() && *second.cancelled.borrow());
        drop(first);
        assert_eq!(running.lock().len(), 1);
        drop(second);
        assert_eq!(running.lock().len(), 0);
    }
}
