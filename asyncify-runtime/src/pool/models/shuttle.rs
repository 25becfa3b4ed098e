//! Scenarios too large for loom, run at random.
//!
//! Memory is sequentially consistent here, and an idle worker's keep-alive ends at random, so that
//! workers exit and are spawned all the time. Each model closes its pool only when its jobs are
//! done, unless it is about shutdown, and then requires that every thread has exited.

use super::super::compensation::Compensation;
use super::super::shared::Shared;
use super::host::{Job, JobState, ModelHost, Scenario, all_ran, wait_terminated};
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
/// The most points of a run at which the second scheduler preempts the running thread.
const DEPTH: usize = 4;

const THREE: Scenario = Scenario {
    jobs: 9,
    min_threads: 1,
    max_threads: 3,
    spawnable: usize::MAX,
    omitted: None,
    prespawned: true,
    shutdown_awaited: true,
    idle_awaited: false,
};

fn check(model: impl Fn() + Send + Sync + Clone + 'static) {
    let mut config = Config::new();
    // It warns of orderings that are weaker than it models; loom checks those.
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(RUNS), config.clone()).run(model.clone());
    Runner::new(PctScheduler::new(DEPTH, RUNS), config).run(model);
}

/// Closes the pool when all its jobs have run, and waits until it has terminated.
fn finish(shared: &Arc<Shared<ModelHost>>) {
    all_ran(shared);
    shared.close(false);
    wait_terminated(shared);
}

/// Three threads that submit three jobs each.
fn submit_from_three(
    shared: &Arc<Shared<ModelHost>>,
    job: fn(usize) -> Job,
) -> [thread::JoinHandle<()>; 3] {
    [0..3, 3..6, 6..9].map(|numbers: Range<usize>| {
        let shared = Arc::clone(shared);
        thread::spawn(move || numbers.for_each(|number| shared.submit(job(number))))
    })
}

fn join<const N: usize>(threads: [thread::JoinHandle<()>; N]) {
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn three_submitters_and_three_workers_that_exit_at_random() {
    check(|| {
        let shared = THREE.pool();
        let submitters = submit_from_three(&shared, Job::empty);
        finish(&shared);
        join(submitters);
    });
}

#[test]
fn no_worker_stays() {
    check(|| {
        let shared = Scenario { min_threads: 0, prespawned: false, ..THREE }.pool();
        join(submit_from_three(&shared, Job::empty));
        finish(&shared);
    });
}

#[test]
fn a_long_queue_gets_helpers() {
    check(|| {
        let shared = Scenario { jobs: 10, max_threads: 6, ..THREE }.pool();
        // The first job waits for all the others, so that the queue grows long.
        shared.submit(Job::new(0, |host| {
            host.wait(|states| !states[1..].contains(&JobState::Pending))
        }));
        (1..10).for_each(|number| shared.submit(Job::empty(number)));
        finish(&shared);
    });
}

#[test]
fn jobs_that_wait_for_the_next_all_get_a_thread() {
    check(|| {
        let shared = Scenario { jobs: 8, max_threads: 5, ..THREE }.pool();
        for number in (0..8).step_by(2) {
            shared.submit(Job::after(number, number + 1));
            shared.submit(Job::empty(number + 1));
        }
        finish(&shared);
    });
}

#[test]
fn a_limit_that_moves_while_jobs_arrive() {
    check(|| {
        let shared = Scenario { jobs: 9, max_threads: 1, ..THREE }.pool();
        let other = Arc::clone(&shared);
        let manager = thread::spawn(move || {
            for _ in 0..3 {
                other.set_max_threads(thread_rng().gen_range(1..6));
            }
            // Enough for every job that waits, and one more.
            other.set_max_threads(4);
        });
        let submitters = submit_from_three(&shared, |number| match number % 3 {
            0 => Job::after(number, number + 1),
            _ => Job::empty(number),
        });
        finish(&shared);
        join(submitters);
        manager.join().unwrap();
        assert!(!shared.thread_count.load().has_excess());
    });
}

/// A job that submits the next and waits for it, down to `last`, in a pool that has one thread and
/// compensation threads.
fn nested(shared: &Arc<Shared<ModelHost>>, number: usize, last: usize) -> Job {
    if number == last {
        return Job::empty(number);
    }
    let shared = Arc::clone(shared);
    Job::new(number, move |host| {
        let _compensation = Compensation::new(Arc::clone(&shared));
        shared.submit(nested(&shared, number + 1, last));
        host.wait(|states| states[number + 1] == JobState::Ran);
    })
}

#[test]
fn nested_jobs_get_compensation_threads() {
    check(|| {
        let shared = Scenario { jobs: 6, max_threads: 1, ..THREE }.pool();
        let other = Arc::clone(&shared);
        let submitter = thread::spawn(move || other.submit(nested(&other, 0, 2)));
        shared.submit(nested(&shared, 3, 5));
        submitter.join().unwrap();
        finish(&shared);
        assert!(!shared.thread_count.load().has_excess(), "all compensations were taken back");
    });
}

#[test]
fn a_compensation_runs_jobs_that_are_queued_already() {
    check(|| {
        let shared = Scenario { jobs: 2, max_threads: 1, ..THREE }.pool();
        let pool = Arc::clone(&shared);
        shared.submit(Job::new(0, move |host| {
            let _compensation = Compensation::new(pool);
            host.wait(|states| states[1] == JobState::Ran);
        }));
        shared.submit(Job::empty(1));
        finish(&shared);
    });
}

#[test]
fn permits_of_a_bounded_queue_all_come_back() {
    check(|| {
        const CAPACITY: usize = 2;
        let shared = THREE.pool();
        let permits = QueuePermits::new(CAPACITY);
        let submitters = [0..3, 3..6, 6..9].map(|numbers: Range<usize>| {
            let (shared, permits) = (Arc::clone(&shared), Arc::clone(&permits));
            thread::spawn(move || {
                for number in numbers {
                    // A caller that may have been granted a permit when it is dropped.
                    let mut dropped = Box::pin(permits.acquire());
                    let early = dropped.as_mut().now_or_never();
                    thread::yield_now();
                    drop((dropped, early));
                    let permit = shuttle::future::block_on(permits.acquire()).expect("open");
                    shared.submit(Job::new(number, |_| drop(permit)));
                }
            })
        });
        finish(&shared);
        join(submitters);
        let all: Vec<_> =
            (0..CAPACITY).map(|_| permits.try_acquire().expect("it was returned")).collect();
        assert!(permits.try_acquire().is_err(), "there were {} permits", all.len());
    });
}

#[test]
fn threads_that_cannot_be_spawned() {
    check(|| {
        let spawnable = thread_rng().gen_range(1..4);
        let shared = Scenario { spawnable, ..THREE }.pool();
        let submitters = submit_from_three(&shared, Job::empty);
        finish(&shared);
        join(submitters);
    });
}

/// Three submitters race one shutdown or two; every job is run, discarded or refused.
fn late_submissions(scenario: Scenario, shutdowns: &'static [bool]) {
    check(move || {
        let shared = scenario.pool();
        let submitters = submit_from_three(&shared, Job::empty);
        let closers: Vec<_> = shutdowns
            .iter()
            .map(|&discard| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.close(discard))
            })
            .collect();
        for closer in closers {
            closer.join().unwrap();
        }
        join(submitters);
        wait_terminated(&shared);
        if shutdowns == [false] {
            assert!(!shared.host.states().contains(&JobState::Discarded));
        }
    });
}

#[test]
fn submissions_race_shutdown() {
    late_submissions(THREE, &[false]);
}

#[test]
fn submissions_race_a_discarding_shutdown() {
    late_submissions(THREE, &[true]);
}

#[test]
fn submissions_race_two_shutdowns() {
    late_submissions(THREE, &[true, false]);
}

#[test]
fn submissions_race_shutdown_where_no_worker_stays() {
    late_submissions(Scenario { min_threads: 0, prespawned: false, ..THREE }, &[false]);
}

#[test]
fn submissions_race_shutdown_when_no_thread_can_be_spawned() {
    late_submissions(
        Scenario { min_threads: 0, prespawned: false, spawnable: 0, ..THREE },
        &[false],
    );
}

#[test]
fn a_job_waits_for_one_that_races_shutdown() {
    check(|| {
        let shared = Scenario { jobs: 2, ..THREE }.pool();
        shared.submit(Job::new(0, |host| host.wait(|states| states[1] != JobState::Pending)));
        let other = Arc::clone(&shared);
        let submitter = thread::spawn(move || other.submit(Job::empty(1)));
        shared.close(false);
        submitter.join().unwrap();
        wait_terminated(&shared);
    });
}

#[test]
fn a_drained_pool_has_run_the_jobs_it_accepted() {
    check(|| {
        let shared = THREE.pool();
        join(submit_from_three(&shared, Job::empty));
        let other = Arc::clone(&shared);
        let closer = thread::spawn(move || other.close(false));
        shared.close(false);
        closer.join().unwrap();
        wait_terminated(&shared);
        assert!(shared.host.states().iter().all(|state| *state == JobState::Ran));
    });
}

#[test]
fn jobs_accepted_before_two_shutdowns_are_not_refused() {
    check(|| {
        let shared = THREE.pool();
        join(submit_from_three(&shared, Job::empty));
        let other = Arc::clone(&shared);
        let closer = thread::spawn(move || other.close(true));
        shared.close(false);
        closer.join().unwrap();
        wait_terminated(&shared);
        assert!(!shared.host.states().contains(&JobState::Refused));
    });
}

#[test]
fn an_idle_pool_has_run_its_jobs() {
    check(|| {
        let shared = Scenario { jobs: 10, ..THREE }.pool();
        let submitters = submit_from_three(&shared, Job::empty);
        shared.submit(Job::empty(9));
        if shared.is_idle() {
            assert_eq!(shared.host.states()[9], JobState::Ran);
        }
        join(submitters);
        if shared.is_idle() {
            assert!(shared.host.states().iter().all(|state| *state == JobState::Ran));
        }
        finish(&shared);
    });
}
