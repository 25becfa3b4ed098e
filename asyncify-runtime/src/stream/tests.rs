use std::future::poll_fn;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;
use futures::{Stream, StreamExt};

use super::linger::Linger;
use super::{DEFAULT_AHEAD, IterStream, StreamCall};
use crate::call::SpawnOptions;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::test_util::{self, DropCounter};
use crate::{BlockingCall, BlockingPool, Executor, Job, Limiter, Rejected, is_cancelled};

fn produce<I>(make: impl FnOnce() -> I + Send + 'static) -> IterStream<I>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    IterStream::new(SpawnOptions::default(), DEFAULT_AHEAD, make)
}

pub(super) fn poll_next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    stream.poll_next_unpin(&mut Context::from_waker(Waker::noop()))
}

/// Reports the thread that drops it.
pub(super) struct ReportsDrop(pub(super) mpsc::Sender<std::thread::ThreadId>);

impl Drop for ReportsDrop {
    fn drop(&mut self) {
        self.0.send(std::thread::current().id()).unwrap();
    }
}

/// Polls a stream of the numbers that are sent to it with wakers that panic.
pub(super) fn poll_with_panicking_wakers<S>(make: impl Fn(BlockingPool, mpsc::Receiver<usize>) -> S)
where
    S: Stream<Item = usize> + Unpin,
{
    for waker in
        [test_util::waker_that_panics_when_woken, test_util::waker_that_panics_when_dropped]
    {
        let pool = test_util::pool();
        let (give, given) = mpsc::channel();
        let mut stream = make(pool.clone(), given);
        for k in 0..test_util::scaled(1_000) {
            let waker = waker();
            assert!(stream.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
            crate::util::drop_quietly(waker);
            // The next poll is by a task with another waker.
            if k % 2 == 0 {
                assert!(poll_next(&mut stream).is_pending());
            }
            give.send(k).unwrap();
            assert_eq!(block_on(stream.next()), Some(k));
        }
        drop(give);
        assert_eq!(block_on(stream.next()), None);
        test_util::settle(&pool);
    }
}

#[test]
fn all_items_come_in_order() {
    for count in [0, 1, 15, 16, 17, test_util::scaled(5 * DEFAULT_AHEAD + 3)] {
        let stream = produce(move || 0..count);
        assert_eq!(block_on(stream.collect::<Vec<_>>()), (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn nothing_runs_until_it_is_polled() {
    let drops = DropCounter::default();
    let capture = drops.count(());
    let (runs, ran) = mpsc::channel();
    let stream = produce(move || {
        runs.send(()).unwrap();
        drop(capture);
        iter::empty::<u8>()
    });
    assert_eq!(drops.living(), 1);
    drop(stream);
    assert_eq!(drops.living(), 0);
    assert!(ran.try_recv().is_err());
}

#[test]
fn a_slow_producer_delivers_each_item_when_it_is_made() {
    let (give, given) = mpsc::channel();
    let mut stream = produce(move || given.into_iter());
    for item in 0..100 {
        assert!(poll_next(&mut stream).is_pending());
        give.send(item).unwrap();
        assert_eq!(block_on(stream.next()), Some(item));
    }
    drop(give);
    assert_eq!(block_on(stream.next()), None);
    assert_eq!(block_on(stream.next()), None);
}

#[test]
fn a_slow_consumer_suspends_the_producer_and_occupies_no_thread() {
    let pool = BlockingPool::builder().build().unwrap();
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let (start, is_started) = mpsc::channel();
    let numbers = move || {
        is_started.recv().unwrap();
        (0..).inspect(move |_| _ = counter.fetch_add(1, Ordering::Relaxed))
    };
    let mut stream = IterStream::new(SpawnOptions::on(pool.clone()), 10, numbers);
    assert!(poll_next(&mut stream).is_pending());
    start.send(()).unwrap();
    test_util::settle(&pool);
    assert_eq!(made.load(Ordering::Relaxed), 10);
    // The first receives all ten, and spawns a job that makes ten more.
    assert_eq!(block_on(stream.next()), Some(0));
    test_util::settle(&pool);
    assert_eq!(made.load(Ordering::Relaxed), 20);
    assert_eq!(pool.metrics().running, 0);
    assert_eq!(block_on(stream.take(35).collect::<Vec<_>>()), (1..36).collect::<Vec<_>>());
}

#[test]
fn a_panic_resumes_after_the_items_that_were_made() {
    let mut stream = produce(|| {
        (0..5).map(|k| if k < 3 { k } else { resume_unwind(Box::new("broken half way")) })
    });
    for k in 0..3 {
        assert_eq!(block_on(stream.next()), Some(k));
    }
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(stream.next()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken half way"));
    assert_eq!(block_on(stream.next()), None);
}

#[test]
fn a_panic_before_the_first_item_resumes_too() {
    let mut stream =
        produce(|| -> iter::Empty<u8> { resume_unwind(Box::new("no such directory")) });
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(stream.next()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"no such directory"));
}

#[test]
fn dropping_the_stream_stops_the_producer_at_the_next_item() {
    let pool = test_util::pool();
    let drops = DropCounter::default();
    let (runs, is_running) = mpsc::channel();
    let (resume, is_resumed) = mpsc::channel::<()>();
    let (report, was_cancelled) = mpsc::channel();
    let capture = drops.count(());
    let mut stream = IterStream::new(SpawnOptions::on(pool.clone()), DEFAULT_AHEAD, move || {
        iter::from_fn(move || {
            let _capture = &capture;
            runs.send(()).unwrap();
            is_resumed.recv().unwrap();
            report.send(is_cancelled()).unwrap();
            Some(())
        })
    });
    assert!(poll_next(&mut stream).is_pending());
    is_running.recv().unwrap();
    drop(stream);
    resume.send(()).unwrap();
    assert!(was_cancelled.recv().unwrap());
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
    assert!(is_running.try_recv().is_err(), "one more item was made");
}

#[test]
fn an_idle_iterator_is_dropped_on_the_pool() {
    let pool = test_util::pool();
    let (dropped, is_dropped) = mpsc::channel();
    let mut stream = IterStream::new(SpawnOptions::on(pool.clone()), 1, move || {
        let value = ReportsDrop(dropped);
        iter::repeat_with(move || _ = &value)
    });
    block_on(stream.next());
    test_util::settle(&pool);
    drop(stream);
    assert_ne!(is_dropped.recv().unwrap(), std::thread::current().id());
}

#[test]
fn an_iterator_is_dropped_on_a_blocking_thread_whatever_the_queue() {
    for spawned in [false, true] {
        let (pool, hold) = test_util::full_pool();
        let (dropped, is_dropped) = mpsc::channel();
        let value = ReportsDrop(dropped);
        let iterator = iter::repeat_with(move || _ = &value);
        let mut stream =
            IterStream::reclaimable(SpawnOptions::on(pool.clone()), Box::new(iterator));
        if spawned {
            assert!(poll_next(&mut stream).is_pending());
        }
        drop(stream);
        assert!(is_dropped.try_recv().is_err(), "spawned: {spawned}");
        drop(hold);
        assert_ne!(is_dropped.recv().unwrap(), std::thread::current().id());
    }
}

#[test]
fn a_panicking_waker_harms_nothing_else() {
    poll_with_panicking_wakers(|pool, given| {
        IterStream::new(SpawnOptions::on(pool), 2, move || given.into_iter())
    });
}

#[test]
fn panicking_destructors_do_not_prevent_the_cleanup() {
    let pool = test_util::pool();
    let drops = DropCounter::default();
    let (capture, counts) = (drops.count(()), drops.clone());
    let mut stream = IterStream::new(SpawnOptions::on(pool.clone()), 8, move || {
        let bomb = (capture, test_util::Bomb);
        iter::repeat_with(move || {
            let _ = &bomb;
            (counts.count(()), test_util::Bomb)
        })
    });
    let first = block_on(stream.next());
    crate::util::drop_quietly(first);
    test_util::settle(&pool);
    drop(stream);
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
}

#[test]
fn an_executor_that_panics_ends_the_stream() {
    struct Panics;

    impl Executor for Panics {
        fn execute(&self, _: Job) -> Result<(), Rejected> {
            resume_unwind(Box::new("on purpose"))
        }
    }

    let mut stream = IterStream::new(SpawnOptions::on(Panics), 8, || 0..3);
    for expected in ["on purpose", "the stream ends early"] {
        let payload = catch_unwind(AssertUnwindSafe(|| poll_next(&mut stream))).unwrap_err();
        let text = payload
            .downcast_ref()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        assert!(text.unwrap().contains(expected), "{text:?}");
    }
    assert_eq!(block_on(stream.next()), None);
}

#[test]
fn a_shutdown_of_the_pool_is_a_panic_that_names_it() {
    let pool = test_util::pool();
    block_on(pool.shutdown(crate::Shutdown::Drain));
    let mut stream = IterStream::new(SpawnOptions::on(pool), DEFAULT_AHEAD, || 0..3);
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(stream.next()))).unwrap_err();
    assert!(payload.downcast_ref::<String>().unwrap().contains("shut down"));
}

#[test]
#[should_panic(expected = "room for one item at least")]
fn room_for_no_item_is_rejected() {
    drop(IterStream::new(SpawnOptions::default(), 0, || 0..3));
}

#[test]
fn a_stream_dropped_at_any_point_leaks_nothing_and_keeps_the_order() {
    let pool = test_util::pool();
    test_util::each_round(
        || test_util::settle(&pool),
        |seed, random, drops| {
            let (items, panics) = (random.below(40), random.below(6) == 0);
            let (capture, counts) = (drops.count(()), drops.clone());
            let mut stream =
                IterStream::new(SpawnOptions::on(pool.clone()), 1 + random.below(8), move || {
                    (0..items).map(move |k| {
                        let _capture = &capture;
                        if panics && k + 1 == items {
                            resume_unwind(Box::new("on purpose"));
                        }
                        counts.count(k)
                    })
                });
            let mut expected = 0;
            'run: for _ in 0..random.below(30) {
                let polls = random.below(5);
                for _ in 0..polls {
                    let polled = crate::util::catch(|| poll_next(&mut stream));
                    match polled {
                        Ok(Poll::Pending) => random.pause(),
                        Ok(Poll::Ready(Some(item))) => {
                            assert_eq!(item.value, expected, "seed {seed}");
                            expected += 1;
                        }
                        Ok(Poll::Ready(None)) => {
                            assert!(!panics || items == 0, "seed {seed}");
                            assert_eq!(expected, items, "seed {seed}");
                            break 'run;
                        }
                        Err(_) => {
                            assert!(panics && expected + 1 == items, "seed {seed}");
                            break 'run;
                        }
                    }
                }
            }
            if random.below(4) == 0 {
                let mut stream = Pin::new(&mut stream);
                _ = crate::util::catch(|| {
                    block_on(poll_fn(|cx| stream.as_mut().poll_next_unpin(cx)))
                });
            }
            drop(stream);
            || ()
        },
    );
}

#[test]
fn a_stream_holds_its_permit_while_it_makes_items() {
    let limiter = Limiter::new(1);
    let taken = limiter.clone();
    let make = move || (0..10).inspect(move |_| assert_eq!(taken.available(), 0));
    let pool = test_util::pool();
    let mut stream = StreamCall::new(make).ahead(4).limiter(&limiter).executor(&pool).start();
    assert_eq!(block_on(stream.next()), Some(0));
    // Four more items are ready; the iterator is suspended and holds no permit.
    let permit = block_on(limiter.acquire());
    let mut taken = 1;
    while let Poll::Ready(item) = poll_next(&mut stream) {
        assert_eq!(item, Some(taken));
        taken += 1;
    }
    // At least those four were made without the permit, and not all.
    assert!((5..10).contains(&taken), "{taken}");
    drop(permit);
    assert_eq!(block_on(stream.count()), 10 - taken);
}

#[test]
fn a_stream_that_is_not_polled_holds_no_permit() {
    let limiter = Limiter::new(1);
    let pool = test_util::pool();
    for _ in 0..test_util::scaled(1_000) {
        let mut stream =
            StreamCall::new(|| 0..100).ahead(1).limiter(&limiter).executor(&pool).start();
        // Each item spawns a job for the next one, which may have to wait for the permit of the
        // last.
        while let Some(item) = block_on(stream.next()) {
            let seen = BlockingCall::new(move || item).limiter(&limiter).executor(&pool);
            assert_eq!(block_on(seen.into_future()), item);
            if item == 5 {
                break;
            }
        }
    }
}

#[test]
#[should_panic(expected = "needs `Executor::share`")]
fn an_executor_that_cannot_be_shared_is_rejected() {
    struct Borrowed;

    impl Executor for Borrowed {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            job.run();
            Ok(())
        }
    }

    drop(StreamCall::new(|| 0..3).executor(&Borrowed).start());
}

#[test]
fn an_iterator_that_blocks_unexpectedly_strands_no_item() {
    let (give, given) = mpsc::channel();
    let mut stream = produce(move || given.into_iter());
    stream.linger = Linger::after(0);
    // Nothing follows the item before it is received, and it is not the last of its channel.
    for item in 0..10 {
        give.send(item).unwrap();
        assert_eq!(block_on(stream.next()), Some(item));
    }
}
