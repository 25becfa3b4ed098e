//! The protocol under loom, and that each of its fences is needed.
//!
//! The pool is closed only when the jobs are done, so that closing it cannot hide a lost wake-up.

use super::super::fences::Site;
use super::host::{Job, JobState, Scenario, all_ran, wait_terminated};
use crate::sync::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Requires that loom finds a deadlock: a job or a worker that waits for ever.
#[track_caller]
fn must_hang(model: impl FnOnce()) {
    let found = catch_unwind(AssertUnwindSafe(model)).expect_err("loom misses the omission");
    let found = found.downcast::<String>().expect("loom panics with a message");
    assert!(found.starts_with("deadlock"), "{found}");
}

/// One submitter, jobs one after the other, workers that stay or exit at once.
fn one_submitter(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        for number in 0..scenario.jobs {
            shared.submit(Job::empty(number));
        }
        all_ran(&shared);
        shared.close(false);
    });
}

/// Two submitters, a job each.
fn two_submitters(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        let other = Arc::clone(&shared);
        let submitter = thread::spawn(move || other.submit(Job::empty(1)));
        shared.submit(Job::empty(0));
        submitter.join().unwrap();
        all_ran(&shared);
        shared.close(false);
    });
}

/// A job that waits for the next one.
fn dependent_pair(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        shared.submit(Job::after(0, 1));
        shared.submit(Job::empty(1));
        all_ran(&shared);
        shared.close(false);
    });
}

/// A job waits for the next, and the limit is raised so that the next one can run.
fn raised_limit(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        let other = Arc::clone(&shared);
        let manager = thread::spawn(move || other.set_max_threads(2));
        shared.submit(Job::after(0, 1));
        shared.submit(Job::empty(1));
        all_ran(&shared);
        manager.join().unwrap();
        shared.close(false);
    });
}

/// Submission races shutdown; the pool terminates and every job is run, discarded or refused.
fn late_submission(scenario: Scenario, discard: bool, preemptions: usize) {
    let scenario = Scenario { shutdown_awaited: true, ..scenario };
    check(preemptions, move || {
        let shared = scenario.pool();
        let other = Arc::clone(&shared);
        let submitter =
            thread::spawn(move || (0..scenario.jobs).for_each(|n| other.submit(Job::empty(n))));
        shared.close(discard);
        submitter.join().unwrap();
        wait_terminated(&shared);
    });
}

/// Two concurrent shutdowns. Jobs that the pool had accepted run or are discarded, and are not
/// refused.
fn two_shutdowns(scenario: Scenario, preemptions: usize) {
    let scenario = Scenario { shutdown_awaited: true, ..scenario };
    check(preemptions, move || {
        let shared = scenario.pool();
        (0..scenario.jobs).for_each(|n| shared.submit(Job::empty(n)));
        let other = Arc::clone(&shared);
        let closer = thread::spawn(move || other.close(false));
        shared.close(true);
        closer.join().unwrap();
        wait_terminated(&shared);
        assert!(!shared.host.states().contains(&JobState::Refused));
    });
}

/// A thread that finds the pool idle finds its own job done, and sees what it wrote.
fn idle_check(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        shared.submit(Job::empty(0));
        if shared.is_idle() {
            assert_eq!(shared.host.states()[0], JobState::Ran);
        }
        all_ran(&shared);
        shared.close(false);
    });
}

/// The same, where the second job may wake a helper.
fn idle_check_beside_a_helper(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = scenario.pool();
        shared.submit(Job::empty(0));
        shared.submit(Job::empty(1));
        if shared.is_idle() {
            assert!(shared.host.states().iter().all(|state| *state == JobState::Ran));
        }
        all_ran(&shared);
        shared.close(false);
    });
}

/// A waiter for an idle pool is notified, after its own job.
fn wait_idle(scenario: Scenario, preemptions: usize) {
    check(preemptions, move || {
        let shared = Scenario { idle_awaited: true, ..scenario }.pool();
        shared.submit(Job::empty(0));
        let waiters = shared.host.idle_waiters.as_ref().expect("`idle_awaited` is set");
        loom::future::block_on(waiters.wait(&shared));
        assert_eq!(shared.host.states()[0], JobState::Ran);
        shared.close(false);
    });
}

const ONE: Scenario = Scenario {
    jobs: 2,
    min_threads: 1,
    max_threads: 1,
    spawnable: 4,
    omitted: None,
    prespawned: false,
    late: false,
    shutdown_awaited: false,
    idle_awaited: false,
};
const PRESPAWNED: Scenario = Scenario { prespawned: true, ..ONE };
const PAIR: Scenario = Scenario { max_threads: 2, min_threads: 2, ..ONE };
const NO_MINIMUM: Scenario = Scenario { min_threads: 0, ..ONE };

#[test]
fn a_worker_that_stays() {
    one_submitter(Scenario { jobs: 2, ..ONE }, 3);
}

#[test]
fn a_worker_that_exits_at_once() {
    one_submitter(NO_MINIMUM, 3);
}

#[test]
fn two_workers() {
    one_submitter(Scenario { max_threads: 2, min_threads: 2, ..ONE }, 2);
}

#[test]
fn two_workers_one_of_which_is_woken_as_a_helper() {
    one_submitter(Scenario { jobs: 1, prespawned: true, late: true, ..PAIR }, 1);
}

#[test]
fn two_workers_one_of_which_exits() {
    one_submitter(Scenario { max_threads: 2, min_threads: 1, ..ONE }, 1);
}

#[test]
fn a_job_that_waits_for_the_next() {
    dependent_pair(PAIR, 2);
}

#[test]
fn a_job_that_waits_for_the_next_and_a_worker_that_may_exit() {
    dependent_pair(Scenario { min_threads: 1, ..PAIR }, 2);
}

#[test]
fn a_raised_limit_is_used() {
    raised_limit(ONE, 1);
}

#[test]
fn submission_races_shutdown() {
    late_submission(Scenario { jobs: 1, ..PRESPAWNED }, false, 1);
}

#[test]
fn submission_races_a_discarding_shutdown() {
    late_submission(Scenario { jobs: 1, ..PRESPAWNED }, true, 2);
}

#[test]
fn a_helper_is_woken_while_the_pool_shuts_down() {
    // No thread replaces one that exits: loom allows no more than there are.
    let scenario = Scenario { jobs: 1, prespawned: true, spawnable: 2, late: true, ..PAIR };
    late_submission(scenario, false, 1);
}

#[test]
fn submission_races_shutdown_without_threads() {
    late_submission(Scenario { jobs: 1, ..NO_MINIMUM }, false, 3);
}

#[test]
fn submission_races_shutdown_when_no_thread_can_be_spawned() {
    late_submission(Scenario { jobs: 1, spawnable: 0, ..NO_MINIMUM }, false, 3);
}

#[test]
fn concurrent_shutdowns_refuse_no_accepted_job() {
    two_shutdowns(Scenario { jobs: 1, ..ONE }, 2);
}

#[test]
fn an_idle_pool_has_run_its_job() {
    // With fewer preemptions the model passes without the last load of the wake state.
    idle_check(Scenario { jobs: 1, ..PRESPAWNED }, 4);
}

#[test]
fn an_idle_pool_has_run_its_jobs_beside_a_helper() {
    idle_check_beside_a_helper(Scenario { prespawned: true, late: true, ..PAIR }, 1);
}

#[test]
fn an_idle_waiter_is_notified() {
    wait_idle(Scenario { jobs: 1, ..ONE }, 2);
}

#[test]
fn an_idle_waiter_is_notified_when_the_worker_exits() {
    wait_idle(Scenario { jobs: 1, ..NO_MINIMUM }, 2);
}

#[test]
fn two_submitters_one_worker() {
    two_submitters(ONE, 2);
}

#[test]
fn two_submitters_one_worker_that_exits() {
    two_submitters(NO_MINIMUM, 2);
}

#[test]
fn two_submitters_two_workers() {
    two_submitters(Scenario { max_threads: 2, min_threads: 2, ..ONE }, 1);
}

#[test]
fn a_failed_spawn_leaves_the_job_to_the_existing_worker() {
    one_submitter(Scenario { max_threads: 2, spawnable: 1, ..ONE }, 3);
}

#[test]
fn the_fence_of_a_submission_is_needed() {
    must_hang(|| one_submitter(Scenario { omitted: Some(Site::Submit), ..ONE }, 3));
}

#[test]
fn the_fence_of_handing_over_a_search_is_needed() {
    must_hang(|| dependent_pair(Scenario { omitted: Some(Site::HandOver), ..PAIR }, 1));
}

#[test]
fn the_fence_of_going_idle_is_needed() {
    must_hang(|| one_submitter(Scenario { omitted: Some(Site::GoIdle), ..ONE }, 3));
}

#[test]
fn the_fence_of_a_cancelled_notification_is_needed() {
    must_hang(|| {
        one_submitter(Scenario { omitted: Some(Site::CancelNotification), ..NO_MINIMUM }, 3)
    });
}

#[test]
fn the_fence_of_a_worker_that_exits_is_needed() {
    must_hang(|| one_submitter(Scenario { omitted: Some(Site::Capacity), ..NO_MINIMUM }, 3));
}

#[test]
fn the_fence_of_a_raised_limit_is_needed() {
    must_hang(|| raised_limit(Scenario { omitted: Some(Site::Capacity), ..ONE }, 2));
}

#[test]
fn the_fence_of_closing_is_needed() {
    must_hang(|| one_submitter(Scenario { jobs: 1, omitted: Some(Site::Close), ..ONE }, 3));
}

#[test]
#[should_panic(expected = "left: ")]
fn the_fences_of_the_idle_check_are_needed() {
    idle_check(Scenario { jobs: 1, omitted: Some(Site::IdleCheck), ..PRESPAWNED }, 4);
}
