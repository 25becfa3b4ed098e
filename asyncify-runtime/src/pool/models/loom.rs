//! The protocol under loom, and that each of its fences is needed.
//!
//! Only when the jobs are done is the pool closed, so that closing cannot hide a loss.

use super::super::order::Site;
use super::world::{Fate, Job, Shape, all_ran, ended};
use crate::sync::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
            core.submit(Job::empty(number));
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
        let submitter = thread::spawn(move || other.submit(Job::empty(1)));
        core.submit(Job::empty(0));
        submitter.join().unwrap();
        all_ran(&core);
        core.close(false);
    });
}

/// A job that waits for the one behind it.
fn dependent_pair(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        core.submit(Job::behind(0, 1));
        core.submit(Job::empty(1));
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
        core.submit(Job::behind(0, 1));
        core.submit(Job::empty(1));
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
        let submitter =
            thread::spawn(move || (0..shape.jobs).for_each(|n| other.submit(Job::empty(n))));
        core.close(discard);
        submitter.join().unwrap();
        ended(&core);
    });
}

/// The pool ends twice at once. What it had accepted runs or is discarded, and is not refused.
fn ended_twice(shape: Shape, preemptions: usize) {
    let shape = Shape { watched: true, ..shape };
    check(preemptions, move || {
        let core = shape.pool();
        (0..shape.jobs).for_each(|n| core.submit(Job::empty(n)));
        let other = Arc::clone(&core);
        let closer = thread::spawn(move || other.close(false));
        core.close(true);
        closer.join().unwrap();
        ended(&core);
        assert!(!core.host.fates().contains(&Fate::Refused));
    });
}

/// Who finds the pool quiet finds its own job done, and sees what it did.
fn quiet(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = shape.pool();
        core.submit(Job::empty(0));
        if core.is_quiet() {
            assert_eq!(core.host.fates()[0], Fate::Ran);
        }
        all_ran(&core);
        core.close(false);
    });
}

/// Who waits for an idle moment hears of one, after its own job.
fn idle_moment(shape: Shape, preemptions: usize) {
    check(preemptions, move || {
        let core = Shape { awaited: true, ..shape }.pool();
        core.submit(Job::empty(0));
        let idle = core.host.idle.as_ref().expect("it is awaited");
        loom::future::block_on(idle.wait(&core));
        assert_eq!(core.host.fates()[0], Fate::Ran);
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
    awaited: false,
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
fn ending_twice_at_once_refuses_nothing() {
    ended_twice(Shape { jobs: 1, ..ONE }, 2);
}

#[test]
fn a_quiet_pool_has_done_its_job() {
    // With fewer preemptions the last look at the token is not missed.
    quiet(Shape { jobs: 1, ..WARM }, 4);
}

#[test]
fn an_idle_moment_is_heard_of() {
    idle_moment(Shape { jobs: 1, ..ONE }, 2);
}

#[test]
fn an_idle_moment_is_heard_of_when_the_worker_leaves() {
    idle_moment(Shape { jobs: 1, ..FLEETING }, 2);
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

#[test]
#[should_panic(expected = "left: ")]
fn the_fences_between_the_looks_for_quiet_are_needed() {
    quiet(Shape { jobs: 1, omitted: Some(Site::Quiet), ..WARM }, 4);
}
