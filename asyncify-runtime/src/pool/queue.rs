//! The queue of jobs: push, pop, length.
//!
//! First in, first out, unbounded, lock-free, multi-producer, multi-consumer. Nothing else in the
//! pool depends on its implementation.
//!
//! `is_empty` may be out of date. But a thread that finds the queue empty because a job was popped,
//! and then passes a fence, sees what was done before the pop. (The head of a `SegQueue` is written
//! and read with `SeqCst`.)

#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
pub(super) struct Queue<J>(crossbeam_queue::SegQueue<J>);

#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
impl<J> Queue<J> {
    pub(super) fn new() -> Self {
        Self(crossbeam_queue::SegQueue::new())
    }

    #[inline]
    pub(super) fn push(&self, job: J) {
        self.0.push(job);
    }

    #[inline]
    pub(super) fn pop(&self) -> Option<J> {
        self.0.pop()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
pub(super) use modelled::Queue;

/// The weakest queue that the protocol allows: `is_empty` is a relaxed load, which may be out of
/// date unless a fence orders it.
#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
mod modelled {
    use crate::sync::{
        AtomicUsize, Mutex,
        Ordering::{Relaxed, Release},
    };
    use std::collections::VecDeque;

    pub(in crate::pool) struct Queue<J> {
        jobs: Mutex<VecDeque<J>>,
        len: AtomicUsize,
    }

    impl<J> Queue<J> {
        pub(in crate::pool) fn new() -> Self {
            Self { jobs: Mutex::new(VecDeque::new()), len: AtomicUsize::new(0) }
        }

        pub(in crate::pool) fn push(&self, job: J) {
            let mut jobs = self.jobs.lock().unwrap();
            jobs.push_back(job);
            // Under loom, which models weak memory, outside the lock: the lock would order what the
            // real queue does not. (Two concurrent pushes may then hide each other's job for a
            // moment, which the real queue does not do either.)
            if cfg!(asyncify_loom) {
                drop(jobs);
            }
            self.len.fetch_add(1, Relaxed);
        }

        pub(in crate::pool) fn pop(&self) -> Option<J> {
            if self.is_empty() {
                return None;
            }
            let mut jobs = self.jobs.lock().unwrap();
            let job = jobs.pop_front()?;
            // Under the lock: otherwise other threads would find neither a job nor an empty queue
            // in between. Release: pairs with the fence of a thread that finds the queue empty.
            self.len.fetch_sub(1, Release);
            Some(job)
        }

        pub(in crate::pool) fn is_empty(&self) -> bool {
            self.len() == 0
        }

        pub(in crate::pool) fn len(&self) -> usize {
            self.len.load(Relaxed)
        }
    }
}
