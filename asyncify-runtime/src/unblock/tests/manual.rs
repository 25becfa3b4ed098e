//! An executor whose jobs run when the test says so, on the thread of the test.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::sync::{Mutex, MutexGuard};
use crate::{BlockingCall, Executor, Job, Rejected, WhenReady};

#[derive(Clone)]
pub(super) struct Manual(Arc<Mutex<Queue>>);

struct Queue {
    jobs: VecDeque<Job>,
    capacity: usize,
    /// The wakers of jobs that wait for room.
    wakers: Vec<Waker>,
    open: bool,
}

impl Manual {
    /// Creates an executor whose queue holds `capacity` jobs.
    pub(super) fn new(capacity: usize) -> Self {
        let (jobs, wakers) = (VecDeque::new(), Vec::new());
        Self(Arc::new(Mutex::new(Queue { jobs, capacity, wakers, open: true })))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap()
    }

    /// Fills the queue.
    pub(super) fn fill(&self) {
        let free = |queue: MutexGuard<'_, Queue>| queue.capacity - queue.jobs.len();
        for _ in 0..free(self.lock()) {
            drop(BlockingCall::new(|| ()).executor(self).spawn());
        }
    }

    /// Runs the next job. Returns `false` if there is none.
    pub(super) fn run_one(&self) -> bool {
        let mut queue = self.lock();
        let Some(job) = queue.jobs.pop_front() else { return false };
        let wakers = std::mem::take(&mut queue.wakers);
        drop(queue);
        wakers.into_iter().for_each(Waker::wake);
        job.run();
        true
    }

    pub(super) fn run_all(&self) {
        while self.run_one() {}
    }

    /// Rejects all further jobs, and drops those in the queue.
    pub(super) fn shut_down(&self) {
        let mut queue = self.lock();
        queue.open = false;
        let dropped = (std::mem::take(&mut queue.jobs), std::mem::take(&mut queue.wakers));
        drop(queue);
        drop(dropped.0);
        dropped.1.into_iter().for_each(Waker::wake);
    }

    /// Polls once, with a waker that does nothing.
    pub(super) fn poll<R>(poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
        poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Polls and runs jobs until `poll` is ready.
    ///
    /// # Panics
    ///
    /// Panics if `poll` is pending and there is no job to run.
    pub(super) fn complete<R>(&self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
        loop {
            if let Poll::Ready(result) = Self::poll(&mut poll) {
                return result;
            }
            assert!(self.run_one(), "pending, and there is no job to run");
        }
    }

    /// Like [`complete`](Self::complete), for a future.
    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        self.complete(|cx| future.as_mut().poll(cx))
    }
}

impl Executor for Manual {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        let mut queue = self.lock();
        let full = queue.jobs.len() >= queue.capacity;
        match (queue.open, full) {
            (false, _) => Err(Rejected::shut_down(job)),
            (true, true) => Err(Rejected::full(job)),
            (true, false) => {
                queue.jobs.push_back(job);
                Ok(())
            }
        }
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        let (executor, mut job) = (self.clone(), Some(job));
        Box::pin(poll_fn(move |cx| {
            match executor.execute(job.take().expect("not polled after completion")) {
                Err(rejected) if rejected.is_full() => {
                    job = Some(rejected.into_job());
                    executor.lock().wakers.push(cx.waker().clone());
                    Poll::Pending
                }
                result => Poll::Ready(result),
            }
        }))
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}
