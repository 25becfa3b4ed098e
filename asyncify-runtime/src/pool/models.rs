//! The protocol under loom, and that each of its fences is needed.
//!
//! The world is small: jobs are numbers, threads are loom's, time does not pass. A job that is
//! never run leaves the test's thread, which waits for it, without anybody to wake it: loom calls
//! that a deadlock. Only then is the pool closed, so that closing cannot hide a loss.

use super::core::Core;
use super::host::{Entrance, Host};
use super::order::{Fences, Site};
use super::worker;
use crate::sync::{Condvar, Mutex, thread};
use crate::task::Finish;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A job: its own number, and the number of a job that it waits for.
#[derive(Clone, Copy)]
struct Job {
    number: usize,
    waits_for: Option<usize>,
}

/// What became of each job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Unknown,
    Ran,
    Dropped,
}

struct World {
    fates: Mutex<Vec<Fate>>,
    changed: Condvar,
    /// How many threads may yet be made before one fails, and all after it.
    creatable: AtomicUsize,
    refusing: AtomicBool,
    /// Whether somebody waits for the pool to settle.
    watched: bool,
}

impl World {
    fn settle(&self, job: Job, fate: Fate) {
        let mut fates = self.fates.lock().unwrap();
        assert_eq!(fates[job.number], Fate::Unknown, "job {} ends twice", job.number);
        fates[job.number] = fate;
        drop(fates);
        self.changed.notify_all();
    }

    fn wait(&self, until: impl Fn(&[Fate]) -> bool) {
        let mut fates = self.fates.lock().unwrap();
        while !until(&fates) {
            fates = self.changed.wait(fates).unwrap();
        }
    }
}

impl Host for World {
    type Job = Job;

    fn start(&self, core: &Arc<Core<Self>>, number: usize, entrance: Entrance) -> io::Result<()> {
        // (Atomics of `std`'s here: at any moment one thread at most makes threads.)
        let Some(left) = self.creatable.load(Relaxed).checked_sub(1) else {
            self.refusing.store(true, Relaxed);
            return Err(io::ErrorKind::WouldBlock.into());
        };
        self.creatable.store(left, Relaxed);
        let core = Arc::clone(core);
        thread::spawn(move || worker::main(&core, number, entrance));
        Ok(())
    }

    fn may_start(&self) -> bool {
        !self.refusing.load(Relaxed)
    }

    fn run(&self, job: Job) -> Finish {
        if let Some(other) = job.waits_for {
            self.wait(|fates| fates[other] == Fate::Ran);
        }
        self.settle(job, Fate::Ran);
        Finish::Completed
    }

    fn discard(&self, job: Job) {
        self.settle(job, Fate::Dropped);
    }

    fn refuse(&self, job: Job) {
        self.settle(job, Fate::Dropped);
    }

    /// None: a worker that is not permanent leaves as soon as it has nothing to do.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    fn stopping(&self, _closed: bool) {}

    fn notify(&self) {
        if self.watched {
            // Between the watcher's look and its wait, or after.
            drop(self.fates.lock().unwrap());
            self.changed.notify_all();
        }
    }

    fn calling(&self) {}

    fn awake(&self) {}

    fn linger(&self, _pop: impl FnMut() -> Option<Job>) -> Option<Job> {
        None
    }
}

/// A pool to be modelled.
#[derive(Clone, Copy)]
struct Shape {
    jobs: usize,
    /// Workers with a lower number stay; the others leave at once.
    stay: usize,
    max_threads: usize,
    creatable: usize,
    omitted: Option<Site>,
    /// The first worker is there, or on its way, from the start.
    warm: bool,
    watched: bool,
}

impl Shape {
    fn pool(self) -> Arc<Core<World>> {
        let world = World {
            fates: Mutex::new(vec![Fate::Unknown; self.jobs]),
            changed: Condvar::new(),
            creatable: AtomicUsize::new(self.creatable),
            refusing: AtomicBool::new(false),
            watched: self.watched,
        };
        let fences = Fences { omitted: self.omitted };
        let core =
            Arc::new(Core::new(world, self.stay.min(self.max_threads), self.max_threads, fences));
        if self.warm {
            core.populate().unwrap();
        } else {
            core.token.hang_up();
        }
        core
    }
}

fn plain(number: usize) -> Job {
    Job { number, waits_for: None }
}

fn all_ran(core: &Core<World>) {
    core.host.wait(|fates| fates.iter().all(|fate| *fate == Fate::Ran));
}

fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Requires that loom finds a job or a worker that waits for ever.
#[track_caller]
fn must_hang(model: impl FnOnce()) {
    let found = catch_unwind(AssertUnwindSafe(model)).expect_err("the omission went unnoticed");
    let found = found.downcast::<String>().expect("loom tells what it found");
    assert!(found.starts_with("deadlock"), "{found}");
}

/// One submitter, jobs one after the other, workers that stay or leave at once.
fn one_submitter(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        for number in 0..shape.jobs {
            core.submit(plain(number));
        }
        all_ran(&core);
        core.close(false);
    });
}

/// Two submitters, a job each.
fn two_submitters(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        let other = Arc::clone(&core);
        let submitter = thread::spawn(move || other.submit(plain(1)));
        core.submit(plain(0));
        submitter.join().unwrap();
        all_ran(&core);
        core.close(false);
    });
}

/// A job that waits for the one behind it.
fn dependent_pair(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        core.submit(Job { number: 0, waits_for: Some(1) });
        core.submit(plain(1));
        all_ran(&core);
        core.close(false);
    });
}

/// A job waits for the next, and the limit is raised so that the next one can run.
fn raised_limit(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        let other = Arc::clone(&core);
        let manager = thread::spawn(move || other.resize(2));
        core.submit(Job { number: 0, waits_for: Some(1) });
        core.submit(plain(1));
        all_ran(&core);
        manager.join().unwrap();
        core.close(false);
    });
}

/// Submission races the end; the pool ends and every job has its fate.
fn late_submission(shape: Shape, discard: bool, preemptions: usize) {
    let shape = Shape { watched: true, ..shape };
    check(preemptions, move || {
        let core = shape.pool();
        let other = Arc::clone(&core);
        let submitter = thread::spawn(move || (0..shape.jobs).for_each(|n| other.submit(plain(n))));
        core.close(discard);
        submitter.join().unwrap();
        core.host.wait(|fates| !fates.contains(&Fate::Unknown) && core.has_ended());
        assert_eq!(core.census.count().threads(), 0);
        assert!(core.queue.is_empty());
    });
}

/// Who finds the pool quiet finds its own job done, and sees what it did.
fn quiet(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        core.submit(plain(0));
        if core.is_quiet() {
            assert_eq!(core.host.fates.lock().unwrap()[0], Fate::Ran);
        }
        all_ran(&core);
        core.close(false);
    });
}

const ONE: Shape = Shape {
    jobs: 2,
    stay: 1,
    max_threads: 1,
    creatable: 4,
    omitted: None,
    warm: false,
    watched: false,
};
const WARM: Shape = Shape { warm: true, ..ONE };
const PAIR: Shape = Shape { max_threads: 2, stay: 2, ..ONE };
const FLEETING: Shape = Shape { stay: 0, ..ONE };

#[test]
fn a_worker_that_stays() {
    one_submitter(Shape { jobs: 2, ..ONE }, 3);
}

#[test]
fn a_worker_that_leaves_at_once() {
    one_submitter(FLEETING, 3);
}

#[test]
fn two_workers() {
    one_submitter(Shape { max_threads: 2, stay: 2, ..ONE }, 2);
}

#[test]
fn two_workers_of_which_one_leaves() {
    one_submitter(Shape { max_threads: 2, stay: 1, ..ONE }, 1);
}

#[test]
fn a_job_that_waits_for_the_next() {
    dependent_pair(PAIR, 2);
}

#[test]
fn a_job_that_waits_for_the_next_and_a_worker_that_goes_idle() {
    dependent_pair(Shape { stay: 1, ..PAIR }, 2);
}

#[test]
fn a_raised_limit_is_used() {
    raised_limit(ONE, 1);
}

#[test]
fn submission_races_the_end() {
    late_submission(Shape { jobs: 1, ..WARM }, false, 1);
}

#[test]
fn submission_races_the_end_that_discards() {
    late_submission(Shape { jobs: 1, ..WARM }, true, 2);
}

#[test]
fn submission_races_the_end_of_a_pool_without_threads() {
    late_submission(Shape { jobs: 1, ..FLEETING }, false, 3);
}

#[test]
fn submission_races_the_end_of_a_pool_that_can_have_no_threads() {
    late_submission(Shape { jobs: 1, creatable: 0, ..FLEETING }, false, 3);
}

#[test]
fn a_quiet_pool_has_done_its_job() {
    quiet(Shape { jobs: 1, ..WARM }, 3);
}

#[test]
fn two_submitters_one_worker() {
    two_submitters(ONE, 2);
}

#[test]
fn two_submitters_one_worker_that_leaves() {
    two_submitters(FLEETING, 2);
}

#[test]
fn two_submitters_two_workers() {
    two_submitters(Shape { max_threads: 2, stay: 2, ..ONE }, 1);
}

#[test]
fn creation_that_fails_leaves_the_job_to_the_worker_there_is() {
    one_submitter(Shape { max_threads: 2, creatable: 1, ..ONE }, 3);
}

#[test]
fn the_fence_of_a_submission_is_needed() {
    must_hang(|| one_submitter(Shape { omitted: Some(Site::Submit), ..ONE }, 3));
}

#[test]
fn the_fence_after_passing_on_is_needed() {
    must_hang(|| dependent_pair(Shape { omitted: Some(Site::PassOn), ..PAIR }, 1));
}

#[test]
fn the_fence_before_resting_is_needed() {
    must_hang(|| one_submitter(Shape { omitted: Some(Site::Rest), ..ONE }, 3));
}

#[test]
fn the_fence_after_a_call_that_reached_nobody_is_needed() {
    must_hang(|| one_submitter(Shape { omitted: Some(Site::HangUp), ..FLEETING }, 3));
}

#[test]
fn the_fence_of_a_worker_that_leaves_is_needed() {
    must_hang(|| one_submitter(Shape { omitted: Some(Site::Room), ..FLEETING }, 3));
}

#[test]
fn the_fence_before_growing_into_new_room_is_needed() {
    must_hang(|| raised_limit(Shape { omitted: Some(Site::Room), ..ONE }, 2));
}

#[test]
fn the_fence_of_the_end_is_needed() {
    must_hang(|| one_submitter(Shape { jobs: 1, omitted: Some(Site::Close), ..ONE }, 3));
}
