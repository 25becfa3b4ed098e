//! A randomized test of groups.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;

use super::TaskGroup;
use crate::BlockingCall;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::test_util;

/// Joins some children and drops the rest, at random points.
#[test]
fn values_are_dropped_and_calls_run_once_if_the_group_is_dropped_at_any_point() {
    let pool = test_util::pool();
    test_util::each_round(
        || test_util::settle(&pool),
        |seed, random, drops| {
            let children = random.below(12);
            let runs: Arc<[AtomicUsize]> = (0..children).map(|_| AtomicUsize::new(0)).collect();
            let mut group = TaskGroup::with_executor(pool.clone());
            for k in 0..children {
                let (capture, runs) = (drops.count(()), runs.clone());
                let (output, panics) = (drops.count(k), random.below(8) == 0);
                let body = move || {
                    let _capture = capture;
                    runs[k].fetch_add(1, Ordering::Relaxed);
                    if panics {
                        resume_unwind(Box::new("on purpose"));
                    }
                    output
                };
                if random.below(3) == 0 {
                    group.spawn_future(
                        BlockingCall::new(body).shared_executor(Arc::new(pool.clone())),
                    );
                } else {
                    group.spawn(body);
                }
            }
            for _ in 0..random.below(children + 2) {
                let polls = random.below(6);
                let joined = test_util::poll_some(random, polls, |cx| group.poll_join_next(cx));
                if let Some(Some((number, Ok(output)))) = joined {
                    assert_eq!(number, output.value);
                }
            }
            match random.below(3) {
                0 => drop(group),
                1 => {
                    group.cancel_all();
                    while block_on(group.join_next()).is_some() {}
                }
                _ => {
                    let mut scope = Box::pin(group.scope(async |group| {
                        group.join_next().await;
                    }));
                    for _ in 0..random.below(6) {
                        let polled = crate::util::catch(|| {
                            Pin::new(&mut scope).poll(&mut Context::from_waker(Waker::noop()))
                        });
                        if !matches!(polled, Ok(Poll::Pending)) {
                            break;
                        }
                    }
                }
            }
            move || {
                assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) <= 1), "seed {seed}");
            }
        },
    );
}
