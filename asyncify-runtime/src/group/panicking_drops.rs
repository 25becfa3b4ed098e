//! Tests of groups with destructors that panic.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;

use super::TaskGroup;
use crate::task::JoinError;
use crate::util::test_util::{Counted, DropCounter};

/// Panics when it is dropped.
struct Bomb(#[expect(dead_code, reason = "counts")] Counted<()>);

impl Drop for Bomb {
    fn drop(&mut self) {
        // A second panic would abort.
        assert!(std::thread::panicking(), "a destructor's own");
    }
}

fn bomb(drops: &DropCounter) -> Bomb {
    Bomb(drops.count(()))
}

/// Creates a group of futures that never complete, each with a destructor that panics.
fn group(drops: &DropCounter) -> TaskGroup<Result<Bomb, Bomb>> {
    let mut group = TaskGroup::new();
    for _ in 0..4 {
        let bomb = bomb(drops);
        group.spawn_future(async move {
            pending::<()>().await;
            Ok(bomb)
        });
    }
    group
}

/// Joins the remaining children.
fn join(mut group: TaskGroup<Result<Bomb, Bomb>>) -> Vec<Result<(), JoinError>> {
    let next = || block_on(group.join_next());
    std::iter::from_fn(next)
        .map(|(_, result)| result.map(|bomb| drop(catch_unwind(AssertUnwindSafe(|| drop(bomb))))))
        .collect()
}

#[test]
fn cancel_all_cancels_every_child() {
    let drops = DropCounter::default();
    let mut group = group(&drops);
    group.cancel_all();
    assert_eq!((group.len(), drops.living()), (4, 0));
    let results = join(group);
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| result.as_ref().is_err_and(JoinError::is_cancelled)));
}

#[test]
fn a_dropped_group_drops_all_its_children() {
    let drops = DropCounter::default();
    let mut group = group(&drops);
    // One child has completed, and its result is not taken.
    let result = bomb(&drops);
    group.spawn_future(ready(Ok(result)));
    drop(group);
    assert_eq!(drops.living(), 0);
}

#[test]
fn a_panic_in_the_destructor_of_a_completed_future_loses_no_result() {
    let drops = DropCounter::default();
    let mut group = TaskGroup::new();
    for k in 0..4 {
        let bomb = bomb(&drops);
        // The future owns its captures until it is dropped.
        let mut bomb = Some(bomb);
        group.spawn_future(std::future::poll_fn(move |_| {
            let _ = &mut bomb;
            Poll::Ready(k)
        }));
    }
    assert_eq!(block_on(group.join_all()), [0, 1, 2, 3]);
    assert_eq!(drops.living(), 0);
}

#[test]
fn the_first_error_is_returned_even_if_other_destructors_panic() {
    let drops = DropCounter::default();
    let mut group = group(&drops);
    let (value, error) = (bomb(&drops), bomb(&drops));
    group.spawn_future(ready(Ok(value)));
    group.spawn_future(ready(Err(error)));
    let error = block_on(group.try_join_all()).map(drop).unwrap_err();
    assert_eq!(drops.living(), 1);
    std::mem::forget(error);
}

#[test]
fn a_panic_is_resumed_even_if_destructors_of_values_panic() {
    let drops = DropCounter::default();
    let mut group = TaskGroup::new();
    for _ in 0..2 {
        let value = bomb(&drops);
        group.spawn_future(ready(value));
    }
    group.spawn_future(async { panic!("a child's own") });
    let payload = catch_unwind(AssertUnwindSafe(|| drop(block_on(group.join_all())))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"a child's own"));
    assert_eq!(drops.living(), 0);
}

/// A future that is complete, and panics when it is dropped.
struct Ended(#[expect(dead_code, reason = "panics")] Bomb);

impl Future for Ended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

#[test]
fn a_scope_waits_for_all_children_before_it_resumes_a_panic_of_a_destructor() {
    for in_body in [true, false] {
        let drops = DropCounter::default();
        let held = drops.count(());
        let ((start, starts), (end, ends)) = (mpsc::channel(), mpsc::channel());
        let mut group = TaskGroup::new();
        group.spawn(move || {
            let _held = held;
            start.send(()).unwrap();
            ends.recv().unwrap();
            None
        });
        starts.recv().unwrap();
        let body: Pin<Box<dyn Future<Output = ()>>> = if in_body {
            Box::pin(Ended(bomb(&drops)))
        } else {
            let result = bomb(&drops);
            group.spawn_future(ready(Some(result)));
            Box::pin(ready(()))
        };
        let mut scope = Box::pin(group.scope(move |_: &mut TaskGroup<Option<Bomb>>| body));
        // The destructor has panicked by now.
        assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(drops.living(), 1);
        end.send(()).unwrap();
        let payload = catch_unwind(AssertUnwindSafe(|| block_on(scope))).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a destructor's own"));
        assert_eq!(drops.living(), 0);
    }
}
