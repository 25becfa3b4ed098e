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

/// Not `Send`, and tells where it is dropped.
struct Value {
    count: Rc<RefCell<u32>>,
    dropped: mpsc::Sender<ThreadId>,
}

impl Drop for Value {
    fn drop(&mut self) {
        // A test that has ended does not ask.
        _ = self.dropped.send(thread::current().id());
    }
}

fn thread() -> DedicatedThread {
    DedicatedThread::new("bound").unwrap()
}

fn value(thread: &DedicatedThread) -> (ThreadBound<Value>, mpsc::Receiver<ThreadId>) {
    let (dropped, told) = mpsc::channel();
    let make = || Ok::<_, Infallible>(Value { count: Rc::default(), dropped });
    let Ok(value) = block_on(ThreadBound::new(thread, make));
    (value, told)
}

fn id_of(thread: &DedicatedThread) -> ThreadId {
    block_on(BlockingCall::new(|| thread::current().id()).executor(thread).into_future())
}

/// Waits until the thread has done what it was told.
fn settle(thread: &DedicatedThread) {
    // A drop that such a drop has led to comes after the first.
    for _ in 0..2 {
        id_of(thread);
    }
}

#[test]
fn a_value_is_made_used_and_dropped_on_its_thread() {
    let home = thread();
    let (value, dropped) = value(&home);
    for _ in 0..10 {
        let used = block_on(
            value
                .call(|value| {
                    *value.count.borrow_mut() += 1;
                    thread::current().id()
                })
                .into_future(),
        );
        assert_eq!(used, id_of(&home));
    }
    assert_eq!(block_on(value.call(|value| *value.count.borrow()).into_future()), 10);
    drop(value);
    assert_eq!(dropped.recv().unwrap(), id_of(&home));
}

#[test]
fn several_values_share_a_thread() {
    let home = thread();
    let (first, _told) = value(&home);
    let (second, dropped) = value(&home);
    block_on(first.call(|value| *value.count.borrow_mut() = 1).into_future());
    block_on(second.call(|value| *value.count.borrow_mut() = 2).into_future());
    drop(second);
    dropped.recv().unwrap();
    assert_eq!(block_on(first.call(|value| *value.count.borrow()).into_future()), 1);
}

#[test]
fn what_goes_wrong_at_the_start_is_reported() {
    let home = thread();
    let refused = block_on(ThreadBound::<u8>::new(&home, || Err("no such database")));
    assert_eq!(refused.unwrap_err(), "no such database");
    let make = || -> Result<u8, Infallible> { resume_unwind(Box::new("broken")) };
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(ThreadBound::new(&home, make))));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
}

#[test]
fn a_panic_resumes_and_the_value_stays_as_it_is() {
    let home = thread();
    let (value, _told) = value(&home);
    let call = value.call(|value| {
        *value.count.borrow_mut() = 7;
        resume_unwind(Box::new("broken"))
    });
    let payload = catch_unwind(AssertUnwindSafe(|| -> u8 { block_on(call.into_future()) }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
    assert_eq!(block_on(value.call(|value| *value.count.borrow()).into_future()), 7);
}

#[test]
fn a_closed_value_is_dropped_and_later_calls_say_so() {
    let home = thread();
    let (value, dropped) = value(&home);
    let other = value.clone();
    block_on(value.close());
    assert_eq!(dropped.try_recv(), Ok(id_of(&home)));
    let error = block_on(other.call(|_| ()).spawn()).unwrap_err();
    assert!(error.to_string().contains("was closed"), "{error}");
}

#[test]
fn a_call_that_is_sent_elsewhere_is_refused() {
    let (value, _told) = value(&thread());
    let error = block_on(value.call(|_| ()).executor(&Inline).spawn()).unwrap_err();
    assert!(error.to_string().contains("on another thread"), "{error}");
}

#[test]
fn a_call_outlives_its_handle() {
    let home = thread();
    let (value, dropped) = value(&home);
    let (go_on, told) = mpsc::channel::<()>();
    let handle = value
        .call(move |value| {
            told.recv().unwrap();
            *value.count.borrow()
        })
        .spawn();
    drop(value);
    assert!(dropped.try_recv().is_err());
    go_on.send(()).unwrap();
    assert_eq!(block_on(handle).unwrap(), 0);
    dropped.recv().unwrap();
}

#[test]
fn a_value_that_nobody_waits_for_is_dropped_on_its_thread() {
    let home = thread();
    let (go_on, told) = mpsc::channel::<()>();
    let (dropped, is_dropped) = mpsc::channel();
    let (runs, is_running) = mpsc::channel();
    let make = move || {
        runs.send(()).unwrap();
        told.recv().unwrap();
        Ok::<_, Infallible>(Value { count: Rc::default(), dropped })
    };
    {
        let mut future = pin!(ThreadBound::new(&home, make));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        is_running.recv().unwrap();
    }
    go_on.send(()).unwrap();
    assert_eq!(is_dropped.recv().unwrap(), id_of(&home));
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
fn as_many_use_the_pool_as_it_has_values_and_the_others_wait() {
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
fn a_value_comes_back_when_its_last_call_has_ended() {
    let (pool, threads) = pool(1);
    let (go_on, told) = mpsc::channel::<()>();
    let (runs, is_running) = mpsc::channel();
    {
        let checkout = block_on(pool.checkout());
        let call = checkout.call(move |_| {
            runs.send(()).unwrap();
            told.recv().unwrap();
        });
        let mut call = pin!(call.into_future());
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        is_running.recv().unwrap();
    }
    assert_eq!(pool.available(), 0);
    go_on.send(()).unwrap();
    settle(&threads[0]);
    assert_eq!(pool.available(), 1);
}

#[test]
fn a_panic_gives_the_value_back() {
    let (pool, _threads) = pool(1);
    let payload = catch_unwind(AssertUnwindSafe(|| {
        block_on(pool.call(|_| -> u8 { resume_unwind(Box::new("broken")) }))
    }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"broken"));
    assert_eq!(block_on(pool.call(|values| values.borrow().len())), 0);
}

#[test]
#[should_panic(expected = "needs one value at least")]
fn an_empty_pool_is_refused() {
    drop(ThreadBoundPool::<u8>::new([]));
}

#[test]
fn handles_cross_threads_whatever_the_value() {
    fn crosses<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    let (value, _told) = value(&thread());
    let value = crosses(value);
    drop(crosses(ThreadBoundPool::new([value])));
}

/// Makes, calls and drops at any point.
#[test]
fn dropped_at_any_point_nothing_is_left_and_nothing_ran_twice() {
    type Local = Rc<Counted<RefCell<Vec<usize>>>>;

    let threads = [thread(), thread()];
    test_util::each_round(
        || threads.iter().for_each(settle),
        |_, random, drops| {
            let mut values: Vec<ThreadBound<Local>> = Vec::new();
            for home in &threads {
                let counted = drops.clone();
                let make = move || Ok::<_, Infallible>(Rc::new(counted.count(RefCell::default())));
                let mut binding = Box::pin(ThreadBound::new(home, make));
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
