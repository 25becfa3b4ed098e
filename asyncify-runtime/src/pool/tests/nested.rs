//! Jobs that wait for other jobs.

use super::{block_on, pool};
use crate::pool::{BlockingPool, compensate};

/// Goes `depth` levels down, each waiting for the next on the same pool.
fn descend(pool: &BlockingPool, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let nested = pool.clone();
    let _compensation = compensate();
    1 + block_on(pool.spawn(move || descend(&nested, depth - 1))).expect("no panic")
}

#[test]
fn nesting_does_not_deadlock_at_the_limit() {
    let pool = pool(|b| b.max_threads(1));
    let depth = super::rounds(200);
    assert_eq!(descend(&pool, depth), depth);
    assert!(compensate().is_none(), "this thread is no worker");
}

#[test]
fn one_job_runs_at_a_time_when_compensations_are_taken_back() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    let pool = pool(|b| b.max_threads(1));
    assert_eq!(descend(&pool, 3), 3);
    let jobs: Vec<_> = (0..super::rounds(300))
        .map(|_| {
            pool.spawn(|| {
                let others = RUNNING.fetch_add(1, SeqCst);
                (0..200).for_each(|_| std::hint::spin_loop());
                RUNNING.fetch_sub(1, SeqCst);
                others
            })
        })
        .collect();
    for job in jobs {
        assert_eq!(block_on(job).expect("no panic"), 0, "two ran at once");
    }
}
