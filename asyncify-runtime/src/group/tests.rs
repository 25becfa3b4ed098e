use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Poll, Waker};

use futures::channel::oneshot;
use futures::executor::block_on;

use super::TaskGroup;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::test_util::{self, DropCounter, WakeCounter};
use crate::{BlockingPool, DedicatedThread, Inline, asyncify, cancellation_token, is_cancelled};

/// Spawns a body that reports its start and waits to be released.
fn blocked(group: &mut TaskGroup<bool>) -> (Receiver<()>, Sender<()>) {
    let (runs, is_running) = mpsc::channel();
    let (release, released) = mpsc::channel();
    group.spawn(move || {
        runs.send(()).unwrap();
        released.recv().unwrap();
        is_cancelled()
    });
    (is_running, release)
}

#[test]
fn join_next_returns_children_in_the_order_of_completion() {
    let mut group = TaskGroup::new();
    let gates = [blocked(&mut group), blocked(&mut group), blocked(&mut group)];
    let mut order = Vec::new();
    for next in [1, 2, 0] {
        gates[next].1.send(()).unwrap();
        order.push(block_on(group.join_next()).unwrap().0);
    }
    assert_eq!(order, [1, 2, 0]);
    assert!(block_on(group.join_next()).is_none());
}

#[test]
fn join_all_returns_values_in_the_order_of_spawning() {
    let mut group = TaskGroup::new();
    for k in 0..1_000 {
        assert_eq!(group.spawn(move || k), k);
    }
    assert_eq!(group.len(), 1_000);
    assert_eq!(block_on(group.join_all()), (0..1_000).collect::<Vec<_>>());
}

#[test]
fn an_empty_group_is_joined_immediately() {
    assert!(block_on(TaskGroup::<u8>::new().join_all()).is_empty());
    assert_eq!(block_on(TaskGroup::<Result<u8, u8>>::new().try_join_all()), Ok(vec![]));
    assert_eq!(block_on(TaskGroup::<u8>::new().scope(async |_| 5)), 5);
}

#[test]
fn the_first_error_cancels_queued_and_running_children() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let (cancelled, was_cancelled) = mpsc::channel();
    let (runs, is_running) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let mut group = TaskGroup::with_executor(pool.clone());
    group.spawn(move || {
        runs.send(()).unwrap();
        released.recv().unwrap();
        cancelled.send(is_cancelled()).unwrap();
        Ok(0)
    });
    is_running.recv().unwrap();
    let (fail, failed) = mpsc::channel();
    group.spawn(move || Err(failed.recv().unwrap()));
    let drops = DropCounter::default();
    for _ in 0..10 {
        let capture = drops.count(());
        group.spawn(move || {
            drop(capture);
            Ok(1)
        });
    }
    fail.send("disk full").unwrap();
    // The first child blocks the only other thread.
    let error = block_on(group.try_join_all()).unwrap_err();
    assert_eq!(error, "disk full");
    release.send(()).unwrap();
    assert!(was_cancelled.recv().unwrap());
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
}

#[test]
fn a_panic_affects_only_its_child() {
    let mut group = TaskGroup::with_executor(Inline);
    group.spawn(|| panic!("broken"));
    group.spawn(|| 2);
    group.spawn_future(async { panic!("broken future") });
    let mut results = Vec::new();
    while let Some((number, result)) = block_on(group.join_next()) {
        results.push((number, result.map_err(|error| error.is_panic())));
    }
    results.sort_unstable();
    assert_eq!(results, [(0, Err(true)), (1, Ok(2)), (2, Err(true))]);
}

#[test]
fn join_all_resumes_a_panic() {
    let mut group = TaskGroup::new();
    group.spawn(|| 1);
    group.spawn(|| panic!("broken"));
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(group.join_all()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken"));
}

#[test]
fn dropping_the_group_cancels_its_children() {
    let thread = DedicatedThread::new("group").unwrap();
    let drops = DropCounter::default();
    let (cancelled, was_cancelled) = mpsc::channel();
    let (runs, is_running) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let mut group = TaskGroup::with_executor(thread.clone());
    group.spawn(move || {
        runs.send(()).unwrap();
        released.recv().unwrap();
        cancelled.send(is_cancelled()).unwrap();
    });
    is_running.recv().unwrap();
    let queued = drops.count(());
    group.spawn(move || drop(queued));
    let pending = drops.count(());
    group.spawn_future(async move {
        let _pending = pending;
        std::future::pending::<()>().await;
    });
    drop(group);
    // Dropped immediately, although the thread is blocked.
    assert_eq!(drops.living(), 0);
    release.send(()).unwrap();
    assert!(was_cancelled.recv().unwrap());
}

#[test]
fn cancelled_children_can_be_joined() {
    let thread = DedicatedThread::new("group").unwrap();
    let mut group = TaskGroup::with_executor(thread);
    let (is_running, release) = blocked(&mut group);
    is_running.recv().unwrap();
    group.spawn(|| unreachable!("queued behind the first"));
    group.spawn_future(std::future::pending());
    // The poll registers wakers of the group with the children.
    assert!(group.poll_join_next(&mut Context::from_waker(Waker::noop())).is_pending());
    group.cancel_all();
    let mut cancelled: Vec<_> = (0..2)
        .map(|_| {
            let (number, result) = block_on(group.join_next()).unwrap();
            assert!(result.unwrap_err().is_cancelled());
            number
        })
        .collect();
    cancelled.sort_unstable();
    assert_eq!(cancelled, [1, 2]);
    release.send(()).unwrap();
    let (number, result) = block_on(group.join_next()).unwrap();
    assert_eq!((number, result.unwrap()), (0, true));
}

#[test]
fn a_future_starts_when_it_is_added() {
    let (runs, is_running) = mpsc::channel();
    let mut group = TaskGroup::new();
    group.spawn_future(asyncify!(|| runs.send(()).unwrap()));
    is_running.recv().unwrap();
    assert_eq!(block_on(group.join_all()), [()]);
}

#[test]
fn children_wait_for_room_in_a_full_queue() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let mut group = TaskGroup::with_executor(pool);
    for k in 0..50 {
        group.spawn(move || k);
    }
    assert_eq!(block_on(group.join_all()), (0..50).collect::<Vec<_>>());
}

#[test]
fn a_group_is_collected_from_bodies() {
    let group: TaskGroup<usize> = (0..5).map(|k| move || k).collect();
    assert_eq!(block_on(group.join_all()), [0, 1, 2, 3, 4]);
}

#[test]
fn a_scope_waits_for_children_that_are_not_joined() {
    let ended = Arc::new(AtomicUsize::new(0));
    let value = block_on(TaskGroup::new().scope(async |group| {
        for _ in 0..20 {
            let ended = ended.clone();
            group.spawn(move || ended.fetch_add(1, Ordering::Relaxed));
        }
        group.join_next().await.unwrap().1.unwrap();
        "done"
    }));
    assert_eq!(value, "done");
    assert_eq!(Arc::into_inner(ended).unwrap().into_inner(), 20);
}

#[test]
fn a_scope_resumes_a_panic_after_all_children_have_ended() {
    for in_body in [true, false] {
        let (ended, has_ended) = mpsc::channel();
        let drops = DropCounter::default();
        let payload = catch_unwind(AssertUnwindSafe(|| {
            block_on(TaskGroup::new().scope(async |group| {
                let (runs, is_running) = mpsc::channel();
                let held = drops.count(());
                group.spawn(move || {
                    let _held = held;
                    runs.send(()).unwrap();
                    crate::block_on(async { cancellation_token().cancelled().await });
                    ended.send(()).unwrap();
                });
                is_running.recv().unwrap();
                assert!(!in_body, "broken");
                group.spawn(|| panic!("broken"));
            }));
        }))
        .unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"broken"));
        has_ended.try_recv().expect("the child has ended before the scope");
        assert_eq!(drops.living(), 0);
    }
}

#[test]
fn a_scope_can_be_spawned() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (sender, receiver) = oneshot::channel();
    let future = is_send(async move {
        let sum = TaskGroup::new()
            .scope(async |group| {
                group.spawn(|| 1);
                group.spawn(|| 2);
                let mut sum = 0;
                while let Some((_, result)) = group.join_next().await {
                    sum += result.unwrap();
                }
                sum
            })
            .await;
        sender.send(sum).unwrap();
    });
    block_on(future);
    assert_eq!(block_on(receiver), Ok(3));
}

#[test]
fn a_child_is_cancelled_alone() {
    let thread = DedicatedThread::new("group").unwrap();
    let mut group = TaskGroup::with_executor(thread);
    let (is_running, release) = blocked(&mut group);
    is_running.recv().unwrap();
    let drops = DropCounter::default();
    let capture = drops.count(());
    let queued = group.spawn(move || {
        drop(capture);
        true
    });
    let kept = group.spawn(|| true);
    let pending = group.spawn_future(std::future::pending());
    for number in [queued, pending] {
        let counter = WakeCounter::default();
        let waker = counter.waker();
        assert!(group.poll_join_next(&mut Context::from_waker(&waker)).is_pending());
        group.cancel(number);
        // The task that polled the group is woken.
        assert_eq!(counter.count(), 1);
        let (joined, result) = group.try_join_next().unwrap();
        assert!(joined == number && result.unwrap_err().is_cancelled());
        // It has been joined.
        group.cancel(number);
        assert!(group.try_join_next().is_none());
    }
    assert_eq!((group.len(), drops.living()), (2, 0));
    group.cancel(0);
    release.send(()).unwrap();
    let mut joined: Vec<_> = std::iter::from_fn(|| block_on(group.join_next()))
        .map(|(number, result)| (number, result.unwrap()))
        .collect();
    joined.sort_unstable();
    assert_eq!(joined, [(0, true), (kept, true)]);
}

#[test]
fn a_completed_child_is_joined_without_waiting() {
    let pool = BlockingPool::builder().build().unwrap();
    let mut group = TaskGroup::with_executor(pool.clone());
    assert!(group.try_join_next().is_none());
    let gates = [blocked(&mut group), blocked(&mut group)];
    assert!(group.try_join_next().is_none());
    let (sender, receiver) = oneshot::channel();
    let future = group.spawn_future(async { receiver.await.unwrap() });
    assert!(group.try_join_next().is_none());
    // The wake-up of the future is seen, although no task waits for the group.
    sender.send(false).unwrap();
    let (number, result) = group.try_join_next().unwrap();
    assert_eq!((number, result.unwrap()), (future, false));
    for (_, release) in gates {
        release.send(()).unwrap();
    }
    test_util::settle(&pool);
    let mut joined = [(); 2].map(|()| group.try_join_next().unwrap().0);
    joined.sort_unstable();
    assert_eq!(joined, [0, 1]);
}

#[test]
fn the_task_is_woken_only_if_a_child_was() {
    let (counter, mut group) = (WakeCounter::default(), TaskGroup::new());
    let waker = counter.waker();
    let mut cx = Context::from_waker(&waker);
    let (sender, receiver) = oneshot::channel();
    group.spawn_future(std::future::pending());
    let number = group.spawn_future(receiver);
    for _ in 0..3 {
        assert!(group.poll_join_next(&mut cx).is_pending());
    }
    assert_eq!(counter.count(), 0);
    sender.send(()).unwrap();
    assert_eq!(counter.count(), 1);
    assert!(
        matches!(group.poll_join_next(&mut cx), Poll::Ready(Some((n, Ok(Ok(()))))) if n == number)
    );
    assert!(group.poll_join_next(&mut cx).is_pending());
    // A child that is added while the task waits for the group is polled.
    group.spawn_future(std::future::ready(Ok(())));
    assert_eq!(counter.count(), 2);
}

#[test]
fn a_future_that_wakes_itself_keeps_no_other_from_completing() {
    let mut group = TaskGroup::new();
    group.spawn_future(std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    }));
    let (sender, receiver) = oneshot::channel();
    group.spawn_future(async { receiver.await.unwrap() });
    let mut cx = Context::from_waker(Waker::noop());
    assert!(group.poll_join_next(&mut cx).is_pending());
    sender.send(5).unwrap();
    assert!(matches!(group.poll_join_next(&mut cx), Poll::Ready(Some((1, Ok(5))))));
}

#[test]
fn many_completed_children_give_other_tasks_a_turn() {
    const CHILDREN: usize = if cfg!(miri) { 300 } else { 2_000 };
    let pool = BlockingPool::builder().build().unwrap();
    let mut group = TaskGroup::with_executor(pool.clone());
    group.extend((0..CHILDREN).map(|k| move || k));
    let counter = WakeCounter::default();
    let waker = counter.waker();
    let mut cx = Context::from_waker(&waker);
    test_util::settle(&pool);
    let (mut joined, mut turns) = (0, 0);
    loop {
        match group.poll_join_next(&mut cx) {
            Poll::Ready(Some(_)) => joined += 1,
            Poll::Ready(None) => break,
            Poll::Pending => turns += 1,
        }
    }
    assert_eq!(joined, CHILDREN);
    assert!(turns >= CHILDREN / 128 && counter.count() >= turns, "{turns} {}", counter.count());
}

#[test]
fn detached_children_run_to_completion() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let (drops, (done, is_done)) = (DropCounter::default(), mpsc::channel());
    let mut group = TaskGroup::with_executor(pool.clone());
    let (is_running, release) = blocked(&mut group);
    is_running.recv().unwrap();
    // One is queued, the other waits for room.
    for _ in 0..2 {
        let (capture, done) = (drops.count(()), done.clone());
        group.spawn(move || {
            drop(capture);
            done.send(()).unwrap();
            true
        });
    }
    let (sender, receiver) = oneshot::channel();
    let capture = drops.count(());
    group.spawn_future(async move {
        receiver.await.unwrap();
        drop(capture);
        done.send(()).unwrap();
        true
    });
    group.detach_all();
    assert!(group.is_empty() && block_on(group.join_next()).is_none());
    drop(group);
    assert_eq!(drops.living(), 3);
    release.send(()).unwrap();
    sender.send(()).unwrap();
    assert_eq!(is_done.iter().count(), 3);
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
}

#[test]
fn a_shutdown_waits_for_bodies_that_run_and_ignores_panics() {
    let mut group = TaskGroup::new();
    let (ended, has_ended) = mpsc::channel();
    for panics in [false, true] {
        let ended = ended.clone();
        let (runs, is_running) = mpsc::channel();
        group.spawn(move || {
            runs.send(()).unwrap();
            crate::block_on(async { cancellation_token().cancelled().await });
            ended.send(()).unwrap();
            assert!(!panics, "on purpose");
        });
        is_running.recv().unwrap();
    }
    group.spawn_future(std::future::pending());
    block_on(group.shutdown());
    assert_eq!(has_ended.try_iter().count(), 2);
    // The group can be used again.
    let number = group.spawn(|| ());
    assert_eq!(block_on(group.join_next()).unwrap().0, number);
}

#[test]
fn a_group_of_values_that_are_not_sync_is_sync() {
    fn is_sync<T: Sync>(_: &T) {}
    is_sync(&TaskGroup::<std::cell::Cell<u8>>::new());
}
