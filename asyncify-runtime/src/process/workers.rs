//! The worker processes and their functions, for the console.

use std::sync::Arc;
use std::time::Duration;

use super::link::Current;
use super::pool::Pool;
use super::shared::Shared;
use super::sys;
use crate::task::profile::{self, Function};

/// A worker process at some recent moment.
pub(crate) struct Worker {
    pub(crate) pid: u32,
    /// Its resident memory in bytes, if it has not exited.
    pub(crate) memory: Option<u64>,
    /// The name of the function that it runs, and for how long.
    pub(crate) running: Option<(&'static str, Duration)>,
}

impl Pool {
    pub(crate) fn workers(&self) -> Vec<Worker> {
        workers(self.shared())
    }

    /// Returns a function that lists the workers without keeping the pool alive, until it has
    /// ended.
    pub(crate) fn workers_reader(&self) -> impl Fn() -> Option<Vec<Worker>> + Send + Sync + use<> {
        let shared = Arc::downgrade(self.shared());
        move || Some(workers(&*shared.upgrade()?))
    }
}

fn workers(shared: &Shared) -> Vec<Worker> {
    let links = shared.links();
    let workers = links.iter().map(|link| {
        let pid = link.process.pid();
        Worker { pid, memory: sys::resident(pid), running: link.current() }
    });
    workers.collect()
}

/// Adds a call that has ended to the statistics of its function.
pub(super) fn record(current: &Current, ran: Duration) {
    let function = Function { name: current.call.task.name(), location: None };
    profile::record(function, current.queued, ran);
}
