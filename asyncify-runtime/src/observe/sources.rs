//! Named sources of metrics of one kind.

use std::sync::{Arc, PoisonError};

use super::snapshot::Named;
use crate::sync::{Mutex, MutexGuard};

/// Reads metrics. `None`: their owner has ended.
type Read<M> = Arc<dyn Fn() -> Option<M> + Send + Sync>;

/// No source is read under the lock: the last handle of its owner may be dropped meanwhile.
pub(super) struct Sources<M>(Mutex<Vec<(Arc<str>, Read<M>)>>);

impl<M> Sources<M> {
    /// Adds a source. It takes the place of one with the same name.
    pub(super) fn add(&self, name: &str, read: impl Fn() -> Option<M> + Send + Sync + 'static) {
        let read: Read<M> = Arc::new(read);
        let mut sources = self.lock();
        match sources.iter_mut().find(|(other, _)| **other == *name) {
            Some((_, former)) => *former = read,
            None => sources.push((name.into(), read)),
        }
    }

    /// Reads all sources, and removes those that have ended.
    pub(super) fn snapshot(&self) -> Vec<Named<M>> {
        let sources = self.lock().clone();
        let mut all = Vec::with_capacity(sources.len());
        for (name, read) in sources {
            match read() {
                Some(metrics) => all.push(Named { name, metrics }),
                None => self.lock().retain(|(_, other)| !Arc::ptr_eq(other, &read)),
            }
        }
        all
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Arc<str>, Read<M>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> Default for Sources<M> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
