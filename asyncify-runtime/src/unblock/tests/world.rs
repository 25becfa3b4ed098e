//! Where the jobs of a script run, and when.

use std::fs::File;
use std::future::poll_fn;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll};

use futures::executor::block_on;

use super::manual::Manual;
use crate::util::test_util;
use crate::{BlockingPool, Unblock};

/// The executor of the jobs.
pub(super) enum World {
    /// Jobs run on this thread, when the script says so.
    Manual(Manual),
    /// Jobs run on a pool of one thread, whose queue holds one job.
    Pool(BlockingPool, Option<Sender<()>>),
}

impl World {
    pub(super) fn unblock(&self, file: File, capacity: usize, ahead: bool) -> Unblock<File> {
        let file = match self {
            Self::Manual(manual) => Unblock::with_executor(manual.clone(), file),
            Self::Pool(pool, _) => Unblock::with_executor(pool.clone(), file),
        }
        .capacity(capacity);
        if ahead { file.read_ahead() } else { file }
    }

    pub(super) fn fill(&mut self) {
        match self {
            Self::Manual(manual) => manual.fill(),
            Self::Pool(pool, hold) => {
                *hold = None;
                test_util::settle(pool);
                *hold = Some(test_util::fill(pool));
            }
        }
    }

    pub(super) fn run(&mut self) {
        match self {
            Self::Manual(manual) => _ = manual.run_one(),
            Self::Pool(_, hold) => *hold = None,
        }
    }

    pub(super) fn run_all(&mut self) {
        match self {
            Self::Manual(manual) => manual.run_all(),
            Self::Pool(pool, hold) => {
                *hold = None;
                test_util::settle(pool);
            }
        }
    }

    /// Polls until ready, or `polls` times. Returns `None` if it was not ready by then.
    pub(super) fn poll<R>(
        &mut self,
        polls: Option<usize>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>,
    ) -> Option<R> {
        if let Some(polls) = polls {
            for turn in 0..polls {
                if let Poll::Ready(result) = Manual::poll(&mut poll) {
                    return Some(result);
                }
                if let (Self::Manual(manual), true) = (&*self, turn + 1 < polls) {
                    manual.run_one();
                }
            }
            return None;
        }
        Some(match self {
            Self::Manual(manual) => manual.complete(poll),
            Self::Pool(_, hold) => {
                *hold = None;
                block_on(poll_fn(poll))
            }
        })
    }
}
