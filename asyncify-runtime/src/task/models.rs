//! Loom models of the task cell: every interleaving of two threads, and every value that the
//! memory model lets them read.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release task::models`
//!
//! Loom itself checks the accesses to the cells of `raw`; the assertions here check that nothing is
//! lost or done twice. Counters are the standard library's: they are not part of the protocol.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll};

use loom::future::block_on;
use loom::thread;

use super::*;
use crate::limit::{HeldPermit, Limiter, QueuePermit};

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Returns a job that captures one counted value and returns another, with the number of drops.
fn counted() -> (Job, JoinHandle<Counted>, Arc<AtomicUsize>) {
    let drops = Arc::new(AtomicUsize::new(0));
    let (captured, output) = (Counted(drops.clone()), Counted(drops.clone()));
    let (job, handle) = spawnable(move || {
        drop(captured);
        output
    });
    (job, handle, drops)
}

fn poll_once<T>(handle: &mut JoinHandle<T>) -> Poll<Result<T, JoinError>> {
    pin!(handle).poll(&mut Context::from_waker(std::task::Waker::noop()))
}

#[test]
fn no_wake_up_is_lost() {
    loom::model(|| {
        let (job, handle, drops) = counted();
        let worker = thread::spawn(|| job.run());
        drop(block_on(handle).unwrap());
        worker.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn a_replaced_waker_is_woken() {
    loom::model(|| {
        let (job, mut handle, drops) = counted();
        let worker = thread::spawn(|| job.run());
        // The first poll registers a noop waker, which the second poll replaces.
        match poll_once(&mut handle) {
            Poll::Ready(result) => drop(result.unwrap()),
            Poll::Pending => drop(block_on(handle).unwrap()),
        }
        worker.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn a_dropped_handle_races_completion() {
    loom::model(|| {
        let (job, mut handle, drops) = counted();
        let worker = thread::spawn(|| job.run());
        drop(poll_once(&mut handle));
        drop(handle);
        worker.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn an_abort_races_start_and_completion() {
    loom::model(|| {
        let (job, handle, drops) = counted();
        let worker = thread::spawn(|| job.run_counted());
        let progress = handle.cancel();
        let result = block_on(handle);
        let finish = worker.join().unwrap();
        assert_eq!(result.is_err(), finish == Finish::Cancelled);
        // The cancellation returns for certain whether the body runs.
        assert_eq!(progress == Progress::Queued, finish == Finish::Cancelled);
        drop(result);
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn a_dropped_job_wakes_its_handle() {
    loom::model(|| {
        let (job, handle, drops) = counted();
        let dropper = thread::spawn(|| drop(job));
        let error = block_on(handle).map(drop).unwrap_err();
        assert!(error.is_cancelled());
        dropper.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn an_abort_races_the_drop_of_the_job() {
    loom::model(|| {
        let (job, handle, drops) = counted();
        let dropper = thread::spawn(|| drop(job));
        assert_ne!(handle.cancel(), Progress::Running);
        assert!(block_on(handle).map(drop).unwrap_err().is_cancelled());
        dropper.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
    });
}

#[test]
fn a_cancellation_wakes_a_waiting_body() {
    loom::model(|| {
        let (job, handle) = spawnable(|| {
            block_on(std::future::poll_fn(|cx| {
                if current::poll_cancelled(cx.waker()) { Poll::Ready(()) } else { Poll::Pending }
            }));
        });
        let worker = thread::spawn(|| job.run());
        handle.abort();
        drop(handle);
        worker.join().unwrap();
    });
}

/// A call is aborted while its job receives a permit: the permit is released when both are done,
/// although the job has not been submitted yet.
#[test]
fn an_abort_releases_a_permit_that_is_being_set() {
    loom::model(|| {
        let limiter = Limiter::new(1);
        let (mut job, handle) = spawnable(|| ());
        job.expect_permit();
        let permit = limiter.try_acquire().unwrap();
        let held = HeldPermit::new(permit, None);
        let waiter = thread::spawn(move || {
            job.set_permit(held);
            job
        });
        handle.abort();
        let job = waiter.join().unwrap();
        assert_eq!(limiter.available(), 1);
        drop((job, handle));
    });
}

#[test]
fn an_abort_wakes_a_job_that_waits_for_its_permit() {
    loom::model(|| {
        let (mut job, handle) = spawnable(|| ());
        let waiter = thread::spawn(move || {
            block_on(std::future::poll_fn(|cx| job.poll_cancelled(cx.waker())));
        });
        handle.abort();
        waiter.join().unwrap();
    });
}

#[test]
fn a_queue_permit_is_released_once() {
    loom::model(|| {
        let (mut job, handle, drops) = counted();
        let (permit, released) = QueuePermit::for_model();
        let worker = thread::spawn(move || {
            job.set_queue_permit(permit);
            job.run();
        });
        handle.abort();
        drop(handle);
        worker.join().unwrap();
        assert_eq!(drops.load(SeqCst), 2);
        assert_eq!(released(), 1);
    });
}
