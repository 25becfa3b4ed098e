//! The records of the threads that run calls.
//!
//! Locks: a record is locked under the lock of all records, or alone. Neither is held while a call
//! runs.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError};
use std::time::{Duration, Instant};

use super::{Function, MAX_FUNCTIONS, Snapshot, Thread, Totals};
use crate::sync::{Mutex, MutexGuard};

static RECORDS: LazyLock<Mutex<Records>> = LazyLock::new(Mutex::default);

std::thread_local! {
    static OWN: Own = Own::register();
}

/// What one thread runs and has run.
#[derive(Default)]
pub(super) struct Record {
    /// Nested calls, the innermost last.
    pub(super) running: Vec<(Function, Instant)>,
    pub(super) functions: Functions,
}

#[derive(Default)]
pub(super) struct Functions {
    totals: HashMap<Function, Totals>,
    others: Totals,
}

/// The records of all threads.
#[derive(Default)]
pub(super) struct Records {
    pub(super) observers: usize,
    threads: Vec<Arc<Shared>>,
    /// Of threads that have exited, and of worker processes.
    pub(super) elsewhere: Functions,
}

struct Shared {
    name: Option<Arc<str>>,
    record: Mutex<Record>,
}

/// A thread's own record, which leaves the list when the thread exits.
struct Own(Arc<Shared>);

pub(super) fn records() -> MutexGuard<'static, Records> {
    RECORDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `f` with the record of this thread, unless the thread is exiting.
pub(super) fn with_own(f: impl FnOnce(&mut Record)) {
    let _exiting = OWN.try_with(|own| f(&mut own.0.lock()));
}

impl Own {
    fn register() -> Self {
        let name = std::thread::current().name().map(Arc::from);
        let shared = Arc::new(Shared { name, record: Mutex::default() });
        records().threads.push(shared.clone());
        Self(shared)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut records = records();
        records.threads.retain(|thread| !Arc::ptr_eq(thread, &self.0));
        if records.observers > 0 {
            records.elsewhere.add(&self.0.lock().functions);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    pub(super) fn clear(&mut self) {
        self.elsewhere = Functions::default();
        for thread in &self.threads {
            thread.lock().functions = Functions::default();
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let now = Instant::now();
        let mut all = self.elsewhere.totals.clone();
        let mut others = self.elsewhere.others;
        let mut threads = Vec::new();
        for thread in &self.threads {
            let record = thread.lock();
            for (function, totals) in &record.functions.totals {
                all.entry(*function).or_default().add(totals);
            }
            others.add(&record.functions.others);
            let running = record.running.last();
            let running =
                running.map(|(function, since)| (*function, now.saturating_duration_since(*since)));
            threads.push(Thread { name: thread.name.clone(), running });
        }
        Snapshot { functions: all.into_iter().collect(), others, threads }
    }
}

impl Functions {
    #[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
    pub(super) fn len(&self) -> usize {
        self.totals.len()
    }

    #[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
    pub(super) fn others(&self) -> &Totals {
        &self.others
    }

    pub(super) fn record(&mut self, function: Function, wait: Duration, run: Duration) {
        self.entry(function).record(wait, run);
    }

    fn entry(&mut self, function: Function) -> &mut Totals {
        if self.totals.len() >= MAX_FUNCTIONS && !self.totals.contains_key(&function) {
            return &mut self.others;
        }
        self.totals.entry(function).or_default()
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (function, totals) in &other.totals {
            self.entry(*function).add(totals);
        }
        self.others.add(&other.others);
    }
}
