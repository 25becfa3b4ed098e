//! Larger shapes than loom can take, at random.
//!
//! Memory is strong here, and an idle worker's patience ends by chance, so that workers come and go
//! all the time. Each model closes its pool only when its jobs are done, unless the end is what it
//! is about, and then requires that every thread has left.

use super::super::compensate::Loan;
use super::super::core::Core;
use super::world::{Fate, Job, Shape, World, all_ran, ended};
use crate::limit::QueuePermits;
use crate::sync::thread;
use futures::FutureExt;
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};
use std::ops::Range;
use std::sync::Arc;

/// Runs of each model under each of the schedulers.
const RUNS: usize = 10_000;
/// The most places of a run in which the second scheduler lets another thread go first.
const DEPTH: usize = 4;

const THREE: Shape = Shape {
    jobs: 9,
    stay: 1,
    max_threads: 3,
    creatable: usize::MAX,
    omitted: None,
    warm: true,
    watched: true,
    awaited: false,
};

fn check(model: impl Fn() + Send + Sync + Clone + 'static) {
    let mut config = Config::new();
    // Of orderings weaker than it models, which are loom's business.
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(RUNS), config.clone()).run(model.clone());
    Runner::new(PctScheduler::new(DEPTH, RUNS), config).run(model);
}

/// Closes the pool when all its jobs have run, and waits for its end.
fn finish(core: &Arc<Core<World>>) {
    all_ran(core);
    core.close(false);
    ended(core);
}

/// Three threads that submit three jobs each.
fn submit_from_three(
    core: &Arc<Core<World>>,
    job: fn(usize) -> Job,
) -> [thread::JoinHandle<()>; 3] {
    [0..3, 3..6, 6..9].map(|numbers: Range<usize>| {
        let core = Arc::clone(core);
        thread::spawn(move || numbers.for_each(|number| core.submit(job(number))))
    })
}

fn join<const N: usize>(threads: [thread::JoinHandle<()>; N]) {
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn three_submitters_and_three_workers_that_come_and_go() {
    check(|| {
        let core = THREE.pool();
        let submitters = submit_from_three(&core, Job::empty);
        finish(&core);
        join(submitters);
    });
}

#[test]
fn no_worker_stays() {
    check(|| {
        let core = Shape { stay: 0, warm: false, ..THREE }.pool();
        join(submit_from_three(&core, Job::empty));
        finish(&core);
    });
}

#[test]
fn a_crowd_is_helped() {
    check(|| {
        let core = Shape { jobs: 10, max_threads: 6, ..THREE }.pool();
        // The first job is behind all the others, so that they pile up.
        core.submit(Job::new(0, |world| world.wait(|fates| !fates[1..].contains(&Fate::Unknown))));
        (1..10).for_each(|number| core.submit(Job::empty(number)));
        finish(&core);
    });
}

#[test]
fn jobs_that_wait_for_the_next_all_get_a_thread() {
    check(|| {
        let core = Shape { jobs: 8, max_threads: 5, ..THREE }.pool();
        for number in (0..8).step_by(2) {
            core.submit(Job::behind(number, number + 1));
            core.submit(Job::empty(number + 1));
        }
        finish(&core);
    });
}

#[test]
fn a_limit_that_moves_while_jobs_arrive() {
    check(|| {
        let core = Shape { jobs: 9, max_threads: 1, ..THREE }.pool();
        let other = Arc::clone(&core);
        let manager = thread::spawn(move || {
            for _ in 0..3 {
                other.resize(thread_rng().gen_range(1..6));
            }
            // Enough for every job that waits, and one.
            other.resize(4);
        });
        let submitters = submit_from_three(&core, |number| match number % 3 {
            0 => Job::behind(number, number + 1),
            _ => Job::empty(number),
        });
        finish(&core);
        join(submitters);
        manager.join().unwrap();
        assert!(!core.census.count().has_surplus());
    });
}

/// A job that submits the next and waits for it, down to `last`, in a pool that has one thread and
/// lends more.
fn nested(core: &Arc<Core<World>>, number: usize, last: usize) -> Job {
    if number == last {
        return Job::empty(number);
    }
    let core = Arc::clone(core);
    Job::new(number, move |world| {
        let _loan = Loan::new(Arc::clone(&core));
        core.submit(nested(&core, number + 1, last));
        world.wait(|fates| fates[number + 1] == Fate::Ran);
    })
}

#[test]
fn nested_jobs_borrow_threads() {
    check(|| {
        let core = Shape { jobs: 6, max_threads: 1, ..THREE }.pool();
        let other = Arc::clone(&core);
        let submitter = thread::spawn(move || other.submit(nested(&other, 0, 2)));
        core.submit(nested(&core, 3, 5));
        submitter.join().unwrap();
        finish(&core);
        assert!(!core.census.count().has_surplus(), "all loans were taken back");
    });
}

#[test]
fn a_loan_lets_what_is_queued_already_run() {
    check(|| {
        let core = Shape { jobs: 2, max_threads: 1, ..THREE }.pool();
        let lender = Arc::clone(&core);
        core.submit(Job::new(0, move |world| {
            let _loan = Loan::new(lender);
            world.wait(|fates| fates[1] == Fate::Ran);
        }));
        core.submit(Job::empty(1));
        finish(&core);
    });
}

#[test]
fn permits_of_a_bounded_queue_all_come_back() {
    check(|| {
        const CAPACITY: usize = 2;
        let core = THREE.pool();
        let permits = QueuePermits::new(CAPACITY);
        let submitters = [0..3, 3..6, 6..9].map(|numbers: Range<usize>| {
            let (core, permits) = (Arc::clone(&core), Arc::clone(&permits));
            thread::spawn(move || {
                for number in numbers {
                    // A caller that may have got a permit when it gives up.
                    let mut impatient = Box::pin(permits.acquire());
                    let early = impatient.as_mut().now_or_never();
                    thread::yield_now();
                    drop((impatient, early));
                    let permit = shuttle::future::block_on(permits.acquire()).expect("open");
                    core.submit(Job::new(number, |_| drop(permit)));
                }
            })
        });
        finish(&core);
        join(submitters);
        let all: Vec<_> =
            (0..CAPACITY).map(|_| permits.try_acquire().expect("it is back")).collect();
        assert!(permits.try_acquire().is_err(), "there were {} permits", all.len());
    });
}

#[test]
fn threads_that_cannot_be_made() {
    check(|| {
        let creatable = thread_rng().gen_range(1..4);
        let core = Shape { creatable, ..THREE }.pool();
        let submitters = submit_from_three(&core, Job::empty);
        finish(&core);
        join(submitters);
    });
}

/// Three submitters against an end, or two; every job has its fate.
fn late_submissions(shape: Shape, ends: &'static [bool]) {
    check(move || {
        let core = shape.pool();
        let submitters = submit_from_three(&core, Job::empty);
        let closers: Vec<_> = ends
            .iter()
            .map(|&discard| {
                let core = Arc::clone(&core);
                thread::spawn(move || core.close(discard))
            })
            .collect();
        for closer in closers {
            closer.join().unwrap();
        }
        join(submitters);
        ended(&core);
        if ends == [false] {
            assert!(!core.host.fates().contains(&Fate::Discarded));
        }
    });
}

#[test]
fn submissions_race_the_end() {
    late_submissions(THREE, &[false]);
}

#[test]
fn submissions_race_the_end_that_discards() {
    late_submissions(THREE, &[true]);
}

#[test]
fn submissions_race_two_ends_at_once() {
    late_submissions(THREE, &[true, false]);
}

#[test]
fn submissions_race_the_end_of_a_pool_in_which_no_worker_stays() {
    late_submissions(Shape { stay: 0, warm: false, ..THREE }, &[false]);
}

#[test]
fn submissions_race_the_end_of_a_pool_that_can_have_no_threads() {
    late_submissions(Shape { stay: 0, warm: false, creatable: 0, ..THREE }, &[false]);
}

#[test]
fn a_job_waits_for_one_that_races_the_end() {
    check(|| {
        let core = Shape { jobs: 2, ..THREE }.pool();
        core.submit(Job::new(0, |world| world.wait(|fates| fates[1] != Fate::Unknown)));
        let other = Arc::clone(&core);
        let submitter = thread::spawn(move || other.submit(Job::empty(1)));
        core.close(false);
        submitter.join().unwrap();
        ended(&core);
    });
}

#[test]
fn a_drained_pool_has_run_what_came_before() {
    check(|| {
        let core = THREE.pool();
        join(submit_from_three(&core, Job::empty));
        let other = Arc::clone(&core);
        let closer = thread::spawn(move || other.close(false));
        core.close(false);
        closer.join().unwrap();
        ended(&core);
        assert!(core.host.fates().iter().all(|fate| *fate == Fate::Ran));
    });
}

#[test]
fn what_was_accepted_before_two_ends_is_not_refused() {
    check(|| {
        let core = THREE.pool();
        join(submit_from_three(&core, Job::empty));
        let other = Arc::clone(&core);
        let closer = thread::spawn(move || other.close(true));
        core.close(false);
        closer.join().unwrap();
        ended(&core);
        assert!(!core.host.fates().contains(&Fate::Refused));
    });
}

#[test]
fn a_quiet_pool_has_done_its_jobs() {
    check(|| {
        let core = Shape { jobs: 10, ..THREE }.pool();
        let submitters = submit_from_three(&core, Job::empty);
        core.submit(Job::empty(9));
        if core.is_quiet() {
            assert_eq!(core.host.fates()[9], Fate::Ran);
        }
        join(submitters);
        if core.is_quiet() {
            assert!(core.host.fates().iter().all(|fate| *fate == Fate::Ran));
        }
        finish(&core);
    });
}
