//! The world of a modelled pool.
//!
//! A job that is never run leaves the test's thread, which waits for it, without anybody to wake
//! it: the checkers call that a deadlock.

use super::super::core::Core;
use super::super::host::{Entrance, Host};
use super::super::order::{Fences, Site};
use super::super::shutdown::Idle;
use super::super::worker;
use crate::sync::{Condvar, Mutex, MutexGuard, thread};
use crate::task::Finish;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A job: its number, and what it does before it is done.
pub(super) struct Job {
    number: usize,
    work: Box<dyn FnOnce(&World) + Send>,
}

impl Job {
    pub(super) fn new(number: usize, work: impl FnOnce(&World) + Send + 'static) -> Self {
        Self { number, work: Box::new(work) }
    }

    /// A job that does nothing.
    pub(super) fn empty(number: usize) -> Self {
        Self::new(number, |_| ())
    }

    /// A job that waits until another one has run.
    pub(super) fn behind(number: usize, other: usize) -> Self {
        Self::new(number, move |world| world.wait(|fates| fates[other] == Fate::Ran))
    }
}

/// What became of each job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Unknown,
    Ran,
    Discarded,
    Refused,
}

pub(super) struct World {
    fates: Mutex<Vec<Fate>>,
    changed: Condvar,
    /// How many threads may yet be made before one fails, and all after it.
    creatable: AtomicUsize,
    refusing: AtomicBool,
    /// Whether somebody waits for the pool to settle.
    watched: bool,
    /// Where somebody waits for an idle moment; elsewhere its fence would stand in for others.
    pub(super) idle: Option<Idle>,
}

/// A pool to be modelled.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) jobs: usize,
    /// Workers with a lower number stay; the others leave at once, or when chance will have it.
    pub(super) stay: usize,
    pub(super) max_threads: usize,
    pub(super) creatable: usize,
    pub(super) omitted: Option<Site>,
    /// The first worker is there, or on its way, from the start.
    pub(super) warm: bool,
    pub(super) watched: bool,
    /// Somebody waits for an idle moment.
    pub(super) awaited: bool,
}

impl Shape {
    pub(super) fn pool(self) -> Arc<Core<World>> {
        let world = World {
            fates: Mutex::new(vec![Fate::Unknown; self.jobs]),
            changed: Condvar::new(),
            creatable: AtomicUsize::new(self.creatable),
            refusing: AtomicBool::new(false),
            watched: self.watched,
            idle: self.awaited.then(Idle::new),
        };
        let fences = Fences { omitted: self.omitted };
        let stay = self.stay.min(self.max_threads);
        let core = Arc::new(Core::new(world, stay, self.max_threads, fences));
        if self.warm {
            core.populate().unwrap();
        } else {
            core.token.hang_up();
        }
        core
    }
}

impl World {
    /// What became of the jobs so far.
    pub(super) fn fates(&self) -> MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap()
    }

    /// Waits until the fates are as they should be.
    pub(super) fn wait(&self, until: impl Fn(&[Fate]) -> bool) {
        let mut fates = self.fates();
        while !until(&fates) {
            fates = self.changed.wait(fates).unwrap();
        }
    }

    fn settle(&self, number: usize, fate: Fate) {
        let mut fates = self.fates();
        assert_eq!(fates[number], Fate::Unknown, "job {number} ends twice");
        fates[number] = fate;
        drop(fates);
        self.changed.notify_all();
    }
}

pub(super) fn all_ran(core: &Core<World>) {
    core.host.wait(|fates| fates.iter().all(|fate| *fate == Fate::Ran));
}

/// Waits for the end of a closed pool that is watched, and checks that it left nothing behind.
pub(super) fn ended(core: &Core<World>) {
    core.host.wait(|fates| !fates.contains(&Fate::Unknown) && core.has_ended());
    assert_eq!(core.census.count().threads(), 0);
    assert!(core.queue.is_empty());
}

impl Host for World {
    type Job = Job;

    fn start(&self, core: &Arc<Core<Self>>, number: usize, entrance: Entrance) -> io::Result<()> {
        // (Atomics of `std`'s: how many threads there may be is no part of the protocol.)
        let left = self.creatable.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        if left.is_err() {
            self.refusing.store(true, Relaxed);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let core = Arc::clone(core);
        thread::spawn(move || worker::main(&core, number, entrance));
        Ok(())
    }

    fn may_start(&self) -> bool {
        !self.refusing.load(Relaxed)
    }

    fn run(&self, job: Job) -> Finish {
        (job.work)(self);
        self.settle(job.number, Fate::Ran);
        Finish::Completed
    }

    fn discard(&self, job: Job) {
        drop(job.work);
        self.settle(job.number, Fate::Discarded);
    }

    fn refuse(&self, job: Job) {
        drop(job.work);
        self.settle(job.number, Fate::Refused);
    }

    /// What it comes to is up to the checker's `wait_timeout`.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    fn stopping(&self, _closed: bool) {}

    fn notify(&self, core: &Core<Self>) {
        if let Some(idle) = &self.idle {
            idle.notify(core);
        }
        if self.watched {
            // Between the watcher's look and its wait, or after.
            drop(self.fates());
            self.changed.notify_all();
        }
    }

    fn calling(&self) {}

    fn awake(&self) {}

    #[cfg(asyncify_loom)]
    fn linger(&self, _pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        None
    }

    #[cfg(asyncify_shuttle)]
    fn linger(&self, mut pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        use shuttle::rand::{Rng, thread_rng};
        (0..thread_rng().gen_range(0..3)).find_map(|_| {
            thread::yield_now();
            pop()
        })
    }
}
