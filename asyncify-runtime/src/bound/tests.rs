use std::cell::RefCell;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::thread::{self, ThreadId};

use futures::FutureExt;
use futures::executor::block_on;

use super::{ThreadBound, ThreadBoundPool};
use crate::util::test_util::{self, Counted};
use crate::{BlockingCall, DedicatedThread, Inline};

/// A value that is not `Send`, and reports the thread that drops it.
struct Value {
    count: Rc<RefCell<u32>>,
    dropped: mpsc::Sender<ThreadId>,
}

impl Drop for Value {
    fn drop(&mut self) {
        // The test may have ended.
        _ = self.dropped.send(thread::current().id());
    }
}

fn thread() -> DedicatedThread {
    DedicatedThread::new("bound").unwrap()
}

fn value(thread: &DedicatedThread) -> (ThreadBound<Value>, mpsc::Receiver<ThreadId>) {
    let (dropped, is_dropped) = mpsc::channel();
    let make = || Ok::<_, Infallible>(Value { count: Rc::default(), dropped });
    let Ok(value) = block_on(ThreadBound::new(thread, make));
    (value, is_dropped)
}

fn id_of(thread: &DedicatedThread) -> ThreadId {
    block_on(BlockingCall::new(|| thread::current().id()).executor(thread).into_future())
}

/// Waits until the thread has run all of its jobs.
fn settle(thread: &DedicatedThread) {
    // Twice, because a job that drops a value can submit another such job.
    for _ in 0..2 {
        id_of(thread);
    }
}

#[test]
fn a_value_that_is_moved_to_its_thread_is_used_and_dropped_there() {
    struct OnDrop(mpsc::Sender<ThreadId>);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).unwrap();
        }
    }

    let dedicated = thread();
    // The thread is busy, and this does not wait for it.
    let (release, released) = mpsc::channel::<()>();
    let busy = BlockingCall::new(move || released.recv().unwrap()).executor(&dedicated).spawn();
    let (dropped, is_dropped) = mpsc::channel();
    let value = ThreadBound::from_value(&dedicated, OnDrop(dropped));
    release.send(()).unwrap();
    let used = block_on(value.call(|_| thread::current().id()).into_future());
    block_on(busy).unwrap();
    drop(value);
    assert_eq!(is_dropped.recv().unwrap(), used);
    assert_eq!(id_of(&dedicated), used);
}

#[test]
fn a_value_that_is_moved_within_a_body_of_its_thread_can_be_used_at_once() {
    let dedicated = thread();
    let same = dedicated.clone();
    let body = move || {
        let value = ThreadBound::from_value(&same, 5);
        crate::block_on(value.call(|value| *value).into_future())
    };
    assert_eq!(block_on(BlockingCall::new(body).executor(&dedicated).into_future()), 5);
}

#[test]
fn a_value_that_is_closed_while_it_is_used_is_dropped_after_the_use() {
    let dedicated = thread();
    let (value, dropped) = value(&dedicated);
    let other = value.clone();
    block_on(
        value
            .call(move |value| {
                crate::block_on(other.close());
                assert!(dropped.try_recv().is_err());
                *value.count.borrow_mut() += 1;
                dropped
            })
            .into_future(),
    )
    .recv()
    .unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(value.call(|_| ()).into_future()))).is_err());
}

#[test]
fn a_pool_is_created_from_a_number_and_a_constructor() {
    let create = |count, fails: bool| {
        let made = std::sync::Mutex::new(0);
        block_on(ThreadBoundPool::create("many", count, move || {
            let mut made = made.lock().unwrap();
            *made += 1;
            if fails && *made == 2 {
                return Err(std::io::Error::other("no more"));
            }
            Ok(Rc::new(thread::current().id()))
        }))
    };
    let pool = create(3, false).unwrap();
    let values = [(); 3].map(|()| pool.try_checkout().expect("there are three"));
    assert!(pool.try_checkout().is_none());
    let threads = values.each_ref().map(|value| {
        let (made, used) =
            block_on(value.call(|made| (**made, thread::current().id())).into_future());
        assert_eq!(made, used);
        made
    });
    assert!(threads[0] != threads[1] && threads[1] != threads[2] && threads[2] != threads[0]);
    assert_eq!(create(3, true).unwrap_err().to_string(), "no more");
    assert!(catch_unwind(AssertUnwindSafe(|| create(0, false))).is_err());
}

#[test]
fn a_value_is_made_used_and_dropped_on_its_thread() {
    let dedicated = thread();
    let (value, dropped) = value(&dedicated);
    for _ in 0..10 {
        let used = block_on(
            value
                .call(|value| {
                    *value.count.borrow_mut() += 1;
                    thread::current().id()
                })
                .into_future(),
        );
        assert_eq!(used, id_of(&dedicated));
    }
    assert_eq!(block_on(value.call(|value| *value.count.borrow()).into_future()), 10);
    drop(value);
    assert_eq!(dropped.recv().unwrap(), id_of(&dedicated));
}

#[test]
fn several_values_share_a_thread() {
    let dedicated = thread();
    let (first, _dropped) = value(&dedicated);
    let (second, dropped) = value(&dedicated);
    block_on(first.call(|value| *value.count.borrow_mut() = 1).into_future());
    block_on(second.call(|value| *value.count.borrow_mut() = 2).into_future());
    drop(second);
    dropped.recv().unwrap();
    assert_eq!(block_on(first.call(|value| *value.count.borrow()).into_future()), 1);
}

#[test]
fn errors_and_panics_of_make_are_returned() {
    let dedicated = thread();
    let refused = block_on(ThreadBound::<u8>::new(&dedicated, || Err("no such database")));
    assert_eq!(refused.unwrap_err(), "no such database");
    let make = || -> Result<u8, Infallible> { resume_unwind(Box::new("broken")) };
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(ThreadBound::new(&dedicated, make))));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
}

#[test]
fn a_panic_is_resumed_and_the_value_is_kept() {
    let dedicated = thread();
    let (value, _dropped) = value(&dedicated);
    let call = value.call(|value| {
        *value.count.borrow_mut() = 7;
        resume_unwind(Box::new("broken"))
    });
    let payload = catch_unwind(AssertUnwindSafe(|| -> u8 { block_on(call.into_future()) }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
    assert_eq!(block_on(value.call(|value| *value.count.borrow()).into_future()), 7);
}

#[test]
fn a_closed_value_is_dropped_and_later_calls_fail() {
    let dedicated = thread();
    let (value, dropped) = value(&dedicated);
    let other = value.clone();
    block_on(value.close());
    assert_eq!(dropped.try_recv(), Ok(id_of(&dedicated)));
    let error = block_on(other.call(|_| ()).spawn()).unwrap_err();
    assert!(error.to_string().contains("was closed"), "{error}");
}

#[test]
fn a_call_on_another_executor_fails() {
    let (value, _dropped) = value(&thread());
    let error = block_on(value.call(|_| ()).executor(&Inline).spawn()).unwrap_err();
    assert!(error.to_string().contains("on another thread"), "{error}");
}

#[test]
fn a_call_keeps_its_value_alive() {
    let dedicated = thread();
    let (value, dropped) = value(&dedicated);
    let (release, released) = mpsc::channel::<()>();
    let handle = value
        .call(move |value| {
            released.recv().unwrap();
            *value.count.borrow()
        })
        .spawn();
    drop(value);
    assert!(dropped.try_recv().is_err());
    release.send(()).unwrap();
    assert_eq!(block_on(handle).unwrap(), 0);
    dropped.recv().unwrap();
}

#[test]
fn the_value_of_a_dropped_future_is_dropped_on_its_thread() {
    let dedicated = thread();
    let (release, released) = mpsc::channel::<()>();
    let (dropped, is_dropped) = mpsc::channel();
    let (runs, is_running) = mpsc::channel();
    let make = move || {
        runs.send(()).unwrap();
        released.recv().unwrap();
        Ok::<_, Infallible>(Value { count: Rc::default(), dropped })
    };
    {
        let mut future = pin!(ThreadBound::new(&dedicated, make));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        is_running.recv().unwrap();
    }
    release.send(()).unwrap();
    assert_eq!(is_dropped.recv().unwrap(), id_of(&dedicated));
}

fn pool(values: usize) -> (ThreadBoundPool<RefCell<Vec<usize>>>, Vec<DedicatedThread>) {
    let threads: Vec<_> = (0..values).map(|_| thread()).collect();
    let values = threads.iter().map(|thread| {
        let Ok(value) =
            block_on(ThreadBound::new(thread, || Ok::<_, Infallible>(RefCell::default())));
        value
    });
    (ThreadBoundPool::new(values.collect::<Vec<_>>()), threads)
}

#[test]
fn callers_wait_while_all_values_are_in_use() {
    let (pool, _threads) = pool(2);
    let (first, second) = (block_on(pool.checkout()), pool.try_checkout().unwrap());
    assert!(pool.try_checkout().is_none());
    let mut third = Box::pin(pool.checkout());
    assert!((&mut third).now_or_never().is_none());
    block_on(first.call(|values| values.borrow_mut().push(1)).into_future());
    block_on(second.call(|values| values.borrow_mut().push(2)).into_future());
    drop(first);
    let third = third.now_or_never().expect("there is a value");
    assert_eq!(block_on(third.call(|values| values.borrow().clone()).into_future()), [1]);
    drop((second, third));
    assert_eq!(pool.available(), 2);
    assert_eq!(block_on(pool.call(|values| values.borrow().len())), 1);
}

#[test]
fn a_value_returns_to_the_pool_when_its_last_call_has_ended() {
    let (pool, threads) = pool(1);
    let (release, released) = mpsc::channel::<()>();
    let (runs, is_running) = mpsc::channel();
    {
        let checkout = block_on(pool.checkout());
        let call = checkout.call(move |_| {
            runs.send(()).unwrap();
            released.recv().unwrap();
        });
        let mut call = pin!(call.into_future());
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        is_running.recv().unwrap();
    }
    assert_eq!(pool.available(), 0);
    release.send(()).unwrap();
    settle(&threads[0]);
    assert_eq!(pool.available(), 1);
}

#[test]
fn a_panic_returns_the_value_to_the_pool() {
    let (pool, _threads) = pool(1);
    let payload = catch_unwind(AssertUnwindSafe(|| {
        block_on(pool.call(|_| -> u8 { resume_unwind(Box::new("broken")) }))
    }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
    assert_eq!(block_on(pool.call(|values| values.borrow().len())), 0);
}

#[test]
#[should_panic(expected = "needs at least one value")]
fn an_empty_pool_is_refused() {
    drop(ThreadBoundPool::<u8>::new([]));
}

#[test]
fn handles_are_send_and_sync_for_any_value() {
    fn is_send_and_sync<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    let (value, _dropped) = value(&thread());
    let value = is_send_and_sync(value);
    drop(is_send_and_sync(ThreadBoundPool::new([value])));
}

/// Creates, calls and drops at random points.
#[test]
fn values_are_dropped_and_calls_run_once_if_futures_are_dropped_at_any_point() {
    type Local = Rc<Counted<RefCell<Vec<usize>>>>;

    let threads = [thread(), thread()];
    test_util::each_round(
        || threads.iter().for_each(settle),
        |_, random, drops| {
            let mut values: Vec<ThreadBound<Local>> = Vec::new();
            for dedicated in &threads {
                let counted = drops.clone();
                let make = move || Ok::<_, Infallible>(Rc::new(counted.count(RefCell::default())));
                let mut binding = Box::pin(ThreadBound::new(dedicated, make));
                let polls = random.below(6);
                match test_util::poll_some(random, polls, |cx| binding.as_mut().poll(cx)) {
                    Some(Ok(value)) => values.push(value),
                    None if values.is_empty() => {
                        let Ok(value) = block_on(binding);
                        values.push(value);
                    }
                    None => {}
                }
            }
            let pool = ThreadBoundPool::new(values);
            for call in 0..random.below(8) {
                let capture = drops.count(());
                let f = move |value: &mut Local| {
                    let _capture = capture;
                    let mut calls = value.value.borrow_mut();
                    assert!(!calls.contains(&call));
                    calls.push(call);
                };
                let mut used = Box::pin(pool.call(f));
                let polls = random.below(8);
                test_util::poll_some(random, polls, |cx| used.as_mut().poll(cx));
            }
            drop(pool);
            || ()
        },
    );
}
