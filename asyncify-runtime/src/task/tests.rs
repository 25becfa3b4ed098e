//! Tests of the task cell on plain threads, which also run under miri.

use std::panic;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::*;
use crate::util::test_util::{Bomb, DropCounter, WakeCounter, waker_that_panics_when_woken};

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn ready<F: Future + Unpin>(mut future: F) -> F::Output {
    match poll_once(&mut future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is not ready"),
    }
}

#[test]
fn a_job_that_runs_returns_its_output() {
    let (job, mut handle) = spawnable(|| String::from("done"));
    assert!(poll_once(&mut handle).is_pending());
    assert!(!handle.is_finished());
    assert_eq!(job.run_counted(), Finish::Completed);
    assert!(handle.is_finished());
    assert_eq!(ready(handle).unwrap(), "done");
}

#[test]
fn a_spin_hint_holds_until_a_waker_is_registered() {
    let state = state::State::new();
    assert!(!state.should_spin());
    state.set_spin_hint();
    assert!(state.should_spin());
    _ = state.register();
    assert!(!state.should_spin());
}

#[test]
fn a_dropped_job_is_cancelled_and_drops_its_captures() {
    let drops = DropCounter::default();
    let captured = drops.count(());
    let (job, handle) = spawnable(move || drop(captured));
    drop(job);
    assert_eq!(drops.living(), 0);
    assert!(ready(handle).unwrap_err().is_cancelled());
}

#[test]
fn an_aborted_job_drops_its_captures_immediately_and_never_runs() {
    let (drops, ran) = (DropCounter::default(), Arc::new(AtomicBool::new(false)));
    let (captured, runs) = (drops.count(()), ran.clone());
    let (job, handle) = spawnable(move || {
        runs.store(true, Ordering::SeqCst);
        drop(captured);
    });
    assert!(!handle.is_finished());
    handle.abort();
    assert!(handle.is_finished());
    assert_eq!(drops.living(), 0);
    assert_eq!(job.run_counted(), Finish::Cancelled);
    assert!(!ran.load(Ordering::SeqCst));
    assert!(ready(handle).unwrap_err().is_cancelled());
}

#[test]
fn a_rejected_job_returns_a_rejected_error() {
    for reason in [RejectReason::Full, RejectReason::ShutDown] {
        let (job, handle) = spawnable(|| ());
        job.reject(reason);
        let error = ready(handle).unwrap_err();
        assert!(error.is_rejected() && !error.is_cancelled() && !error.is_panic());
    }
}

#[test]
fn the_output_is_dropped_by_the_job_if_the_handle_is_gone() {
    let drops = DropCounter::default();
    let output = drops.count(());
    let (job, handle) = spawnable(move || output);
    drop(handle);
    assert_eq!(drops.living(), 1);
    assert_eq!(job.run_counted(), Finish::Completed);
    assert_eq!(drops.living(), 0);
}

#[test]
fn the_output_is_dropped_with_the_handle_if_it_was_not_taken() {
    let drops = DropCounter::default();
    let output = drops.count(());
    let (job, handle) = spawnable(move || output);
    job.run();
    assert_eq!(drops.living(), 1);
    drop(handle);
    assert_eq!(drops.living(), 0);
}

#[test]
fn a_panic_keeps_its_payload() {
    let (job, handle) = spawnable(|| -> u8 { panic::panic_any(7_u32) });
    assert_eq!(job.run_counted(), Finish::Panicked);
    let error = ready(handle).unwrap_err();
    assert!(error.is_panic());
    assert_eq!(error.into_panic().downcast_ref::<u32>(), Some(&7));
}

#[test]
fn panics_of_destructors_are_caught() {
    // A capture, when the body returns.
    let (job, handle) = spawnable(|| {
        let _bomb = Bomb;
    });
    assert_eq!(job.run_counted(), Finish::Panicked);
    assert!(ready(handle).unwrap_err().is_panic());

    // A capture, when the call is aborted.
    let bomb = Bomb;
    let (job, handle) = spawnable(move || std::mem::forget(bomb));
    handle.abort();
    drop(job);
    assert!(ready(handle).unwrap_err().is_cancelled());

    // An output and a payload that are not taken.
    let (job, handle) = spawnable(|| Bomb);
    drop(handle);
    assert_eq!(job.run_counted(), Finish::Completed);
    let (job, handle) = spawnable(|| -> u8 { panic::panic_any(Bomb) });
    drop(handle);
    assert_eq!(job.run_counted(), Finish::Panicked);
}

#[test]
fn a_panic_of_the_waker_does_not_reach_the_worker() {
    let (job, mut handle) = spawnable(|| 5);
    let waker = waker_that_panics_when_woken();
    assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(job.run_counted(), Finish::Completed);
    assert_eq!(ready(handle).unwrap(), 5);
}

#[test]
fn only_the_last_waker_is_woken() {
    let (job, mut handle) = spawnable(|| 5);
    let [first, last] = [(); 2].map(|()| Arc::new(WakeCounter::default()));
    for flag in [&first, &first, &last] {
        let waker = flag.clone().into();
        assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    }
    job.run();
    assert_eq!((first.count(), last.count()), (0, 1));
    drop(handle);
    assert_eq!(Arc::strong_count(&last), 1);
}

#[test]
fn a_dropped_handle_drops_its_waker() {
    let (job, mut handle) = spawnable(|| 5);
    let flag = Arc::new(WakeCounter::default());
    let waker = flag.clone().into();
    assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    drop(handle);
    assert_eq!(Arc::strong_count(&flag), 1);
    job.run();
}

#[test]
fn a_running_body_sees_its_cancellation() {
    let (job, handle) = spawnable(|| {});
    drop((job, handle));
    assert!(!current::is_cancelled());

    let (handle_in, handle_out) = std::sync::mpsc::channel::<JoinHandle<()>>();
    let (seen_in, seen_out) = std::sync::mpsc::channel();
    let (job, handle) = spawnable(move || {
        let before = current::is_cancelled();
        let handle = handle_out.recv().unwrap();
        handle.abort();
        seen_in.send((before, current::is_cancelled())).unwrap();
    });
    handle_in.send(handle).unwrap();
    assert_eq!(job.run_counted(), Finish::Completed);
    assert_eq!(seen_out.recv(), Ok((false, true)));
}

#[test]
fn a_task_that_is_never_submitted_drops_its_body() {
    let drops = DropCounter::default();
    let captured = drops.count(());
    drop(UnsubmittedTask::new(<SyncBody<_>>::new(move || drop(captured))));
    assert_eq!(drops.living(), 0);
}

#[test]
fn over_aligned_and_zero_sized_outputs_are_returned() {
    #[repr(align(128))]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Wide(u8);
    let wide = Wide(3);
    let (job, handle) = spawnable(move || wide);
    job.run();
    assert_eq!(ready(handle).unwrap(), Wide(3));
    let (job, handle) = spawnable(|| ());
    job.run();
    ready(handle).unwrap();
}

/// A job that runs while its handle is polled, aborted or dropped.
#[test]
fn values_are_dropped_once_in_races_of_job_and_handle() {
    let rounds = if cfg!(miri) { 30 } else { 2_000 };
    for round in 0..rounds {
        let drops = DropCounter::default();
        let (captured, output) = (drops.count(()), drops.count(()));
        let (job, mut handle) = spawnable(move || {
            drop(captured);
            output
        });
        let worker = thread::spawn(move || job.run_counted());
        let first = poll_once(&mut handle);
        match round % 3 {
            0 => handle.abort(),
            1 if first.is_pending() => drop(poll_once(&mut handle)),
            _ => {}
        }
        drop((first, handle));
        worker.join().unwrap();
        assert_eq!(drops.living(), 0);
    }
}

#[test]
fn results_in_a_row_give_other_tasks_a_turn() {
    let rounds = if cfg!(miri) { 300 } else { 20_000 };
    let handles: Vec<_> = (0..rounds)
        .map(|number| {
            let (job, handle) = spawnable(move || number);
            assert_eq!(job.run_counted(), Finish::Completed);
            handle
        })
        .collect();
    let (flag, mut turns) = (Arc::new(WakeCounter::default()), 0);
    let waker = flag.clone().into();
    let mut context = Context::from_waker(&waker);
    // A wait gives this thread a whole budget.
    let (_queued, mut waiting) = spawnable(|| ());
    assert!(waiting.poll_with(&mut context).is_pending());
    for (number, mut handle) in handles.into_iter().enumerate() {
        if handle.poll_with(&mut context).is_pending() {
            turns += 1;
            let output = handle.poll_with(&mut context).map(Result::unwrap);
            assert_eq!(output, Poll::Ready(number), "one turn is enough");
        } else {
            assert!(number < (turns + 1) * 128, "no turn in 128 results");
        }
    }
    assert_eq!(turns, (rounds - 1) / 128);
    assert_eq!(flag.count(), turns, "a turn wakes the task");
}

#[test]
fn a_poll_that_is_not_repeated_gets_its_result() {
    for number in 0..300 {
        let (job, handle) = spawnable(move || number);
        assert_eq!(job.run_counted(), Finish::Completed);
        assert_eq!(ready(handle).unwrap(), number);
    }
}

trait PollWith: Future + Unpin {
    fn poll_with(&mut self, context: &mut Context<'_>) -> Poll<Self::Output> {
        pin!(self).poll(context)
    }
}

impl<F: Future + Unpin> PollWith for F {}
