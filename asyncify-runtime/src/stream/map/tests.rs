use std::collections::BTreeSet;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::task::Poll;

use futures::executor::block_on;
use futures::{Stream, StreamExt};

use super::super::tests::{ReportsDrop, poll_next, poll_with_panicking_wakers};
use super::result_buffer::Order;
use super::shared::Shared;
use crate::sync::{AtomicUsize, Mutex, Ordering};
use crate::util::test_util::{self, DropCounter, Random};
use crate::{BlockingPool, Shutdown, global, is_cancelled};

#[test]
fn results_come_in_the_order_of_the_items() {
    for count in [0, 1, 2, test_util::scaled(20_000)] {
        let results = global().map(0..count, |k| k * 2);
        let expected: Vec<_> = (0..count).map(|k| k * 2).collect();
        assert_eq!(block_on(results.collect::<Vec<_>>()), expected);
    }
}

#[test]
fn unordered_results_are_complete() {
    let count = test_util::scaled(20_000);
    let results = global().map_unordered(0..count, |k| k * 2);
    let results: BTreeSet<_> = block_on(results.collect());
    assert_eq!(results, (0..count).map(|k| k * 2).collect());
}

#[test]
fn calls_run_in_parallel_up_to_the_concurrency() {
    let pool = BlockingPool::builder().build().unwrap();
    let calls = if cfg!(miri) { 4 } else { 40 };
    let all_run = Arc::new(Barrier::new(calls));
    let results = pool.map(0..calls, move |k| {
        all_run.wait();
        k
    });
    let results = block_on(results.concurrency(calls).collect::<Vec<_>>());
    assert_eq!(results, (0..calls).collect::<Vec<_>>());
}

#[test]
fn no_more_calls_run_than_the_concurrency() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counter, highest) = (running.clone(), most.clone());
    let items = test_util::scaled(1_000);
    let results = global().map_unordered(0..items, move |k| {
        highest.fetch_max(counter.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        // A few are slow, so that batches of one item and of many alternate.
        if k % 250 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        counter.fetch_sub(1, Ordering::Relaxed);
    });
    assert_eq!(block_on(results.concurrency(3).count()), items);
    assert!(most.load(Ordering::Relaxed) <= 3);
}

#[test]
fn a_slow_item_delays_only_ordered_results() {
    let (resume, is_resumed) = mpsc::channel();
    let is_resumed = Mutex::new(is_resumed);
    let items = test_util::scaled(1_000);
    let mut results = global().map_unordered(0..items, move |k| {
        if k == 0 {
            is_resumed.lock().unwrap().recv().unwrap();
        }
        k
    });
    let early: BTreeSet<_> = block_on(results.by_ref().take(items - 1).collect());
    assert_eq!(early, (1..items).collect());
    resume.send(()).unwrap();
    assert_eq!(block_on(results.collect::<Vec<_>>()), [0]);
}

#[test]
fn an_infinite_iterator_is_advanced_while_there_is_room() {
    let pool = BlockingPool::builder().build().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let (start, is_started) = mpsc::channel();
    let numbers = (0..).inspect(move |k| {
        if *k == 0 {
            is_started.recv().unwrap();
        }
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let mut results = pool.map(numbers, |k: u64| k).concurrency(4).batch(8);
    assert!(poll_next(&mut results).is_pending());
    start.send(()).unwrap();
    test_util::settle(&pool);
    // Four batches, and no thread is occupied.
    assert_eq!(asked.load(Ordering::Relaxed), 32);
    assert_eq!(pool.metrics().running, 0);
    let taken = test_util::scaled(2_000);
    assert!(block_on(results.take(taken).collect::<Vec<_>>()).into_iter().eq(0..taken as u64));
}

#[test]
fn a_slow_iterator_delivers_each_result_at_once() {
    let (give, given) = mpsc::channel();
    let mut results = global().map(given, |k: u32| k + 1);
    for k in 0..test_util::scaled(1_000).try_into().unwrap() {
        assert!(poll_next(&mut results).is_pending());
        give.send(k).unwrap();
        assert_eq!(block_on(results.next()), Some(k + 1));
    }
    drop(give);
    assert_eq!(block_on(results.next()), None);
}

#[test]
fn a_panic_resumes_in_the_place_of_its_item() {
    let broken = test_util::scaled(700);
    let mut results = global().map(0..2 * broken, move |k| {
        if k == broken { resume_unwind(Box::new("broken item")) } else { k }
    });
    for k in 0..broken {
        assert_eq!(block_on(results.next()), Some(k));
    }
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(results.next()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken item"));
    assert_eq!(block_on(results.next()), None);
}

#[test]
fn a_panic_of_the_iterator_resumes_after_its_items() {
    let items = (0..10).map(|k| if k == 5 { resume_unwind(Box::new("broken source")) } else { k });
    let mut results = global().map(items, |k| k);
    let early = catch_unwind(AssertUnwindSafe(|| {
        let mut early = Vec::new();
        for _ in 0..5 {
            early.push(block_on(results.next()).unwrap());
        }
        early
    }));
    assert_eq!(early.unwrap(), [0, 1, 2, 3, 4]);
    let payload = catch_unwind(AssertUnwindSafe(|| block_on(results.next()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken source"));
}

#[test]
fn dropping_the_stream_stops_the_work() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let drops = DropCounter::default();
    let items: Vec<_> = (0..100).map(|k| drops.count(k)).collect();
    let (runs, is_running) = mpsc::channel();
    let (resume, is_resumed) = mpsc::channel::<()>();
    let (report, was_cancelled) = mpsc::channel();
    let is_resumed = Mutex::new(is_resumed);
    let mut results = pool.map(items, move |item| {
        runs.send(item.value).unwrap();
        is_resumed.lock().unwrap().recv().unwrap();
        report.send(is_cancelled()).unwrap();
        item
    });
    assert!(poll_next(&mut results).is_pending());
    // Both threads run a call until it is resumed.
    let mut running = [is_running.recv().unwrap(), is_running.recv().unwrap()];
    running.sort_unstable();
    assert_eq!(running, [0, 1]);
    drop(results);
    for _ in running {
        resume.send(()).unwrap();
        assert!(was_cancelled.recv().unwrap());
    }
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
    assert!(is_running.try_recv().is_err(), "one more item was begun");
}

#[test]
fn shared_state_is_captured_once() {
    let sum = Arc::new(AtomicUsize::new(0));
    let shared = sum.clone();
    let items = test_util::scaled(1_000);
    let results = global().map(1..=items, move |k| _ = shared.fetch_add(k, Ordering::Relaxed));
    assert_eq!(block_on(results.count()), items);
    assert_eq!(sum.load(Ordering::Relaxed), items * (items + 1) / 2);
}

#[test]
fn the_first_worker_waits_for_room_in_a_full_queue() {
    let (pool, hold) = test_util::full_pool();
    let items = test_util::scaled(1_000);
    let mut results = pool.map(0..items, |k| k);
    assert!(poll_next(&mut results).is_pending());
    drop(hold);
    assert_eq!(block_on(results.collect::<Vec<_>>()), (0..items).collect::<Vec<_>>());
}

#[test]
fn a_worker_spawned_by_another_waits_for_room_in_a_full_queue() {
    let (pool, hold) = test_util::full_pool();
    let shared = Shared::<_, _, ()>::new(pool.clone(), iter::empty::<()>(), |()| (), Order::Items);
    let (runs, ran) = mpsc::channel();
    shared.spawn_detached(move || runs.send(()).unwrap());
    drop(hold);
    assert_eq!(ran.recv(), Ok(()));
}

#[test]
fn an_iterator_is_dropped_on_a_blocking_thread_whatever_the_queue() {
    let (pool, hold) = test_util::full_pool();
    let (dropped, is_dropped) = mpsc::channel();
    let value = ReportsDrop(dropped);
    let results = pool.map(iter::repeat_with(move || _ = &value), |()| ());
    drop(results);
    assert!(is_dropped.try_recv().is_err());
    drop(hold);
    assert_ne!(is_dropped.recv().unwrap(), std::thread::current().id());
}

#[test]
fn a_panicking_waker_harms_nothing_else() {
    poll_with_panicking_wakers(|pool, given| pool.map(given, |k| k));
}

#[test]
fn panicking_destructors_do_not_prevent_the_cleanup() {
    let pool = BlockingPool::builder().max_threads(2).build().unwrap();
    let drops = DropCounter::default();
    let (runs, is_running) = mpsc::channel();
    let (resume, is_resumed) = mpsc::channel::<()>();
    let is_resumed = Mutex::new(is_resumed);
    let (items, outputs) = (drops.clone(), drops.clone());
    let items = (0..).map(move |_| (items.count(()), test_util::Bomb));
    let mut results = pool.map(items, move |item| {
        // Two of them wait until the map is dropped.
        runs.send(()).unwrap();
        _ = is_resumed.lock().unwrap().recv();
        crate::util::drop_quietly(item);
        (outputs.count(()), test_util::Bomb)
    });
    assert!(poll_next(&mut results).is_pending());
    is_running.recv().unwrap();
    is_running.recv().unwrap();
    drop(results);
    drop(resume);
    test_util::settle(&pool);
    assert_eq!(drops.living(), 0);
}

#[test]
fn a_shutdown_of_the_pool_is_a_panic_that_names_it() {
    let pool = test_util::pool();
    let mut results = pool.map(iter::repeat(1), |k| k);
    assert_eq!(block_on(results.next()), Some(1));
    block_on(pool.shutdown(Shutdown::Drain));
    let payload =
        catch_unwind(AssertUnwindSafe(|| while block_on(results.next()).is_some() {})).unwrap_err();
    assert!(payload.downcast_ref::<String>().unwrap().contains("shut down"));
    assert_eq!(block_on(results.next()), None);
}

#[test]
#[should_panic(expected = "concurrency of a map must be at least 1")]
fn a_concurrency_of_zero_is_rejected() {
    drop(global().map(0..3, |k| k).concurrency(0));
}

#[test]
#[should_panic(expected = "batch of a map must be at least 1")]
fn a_batch_of_zero_is_rejected() {
    drop(global().map(0..3, |k| k).batch(0));
}

/// Receives some results, and drops the stream at any point.
fn run<S>(stream: S, random: &mut Random, mut check: impl FnMut(S::Item)) -> bool
where
    S: Stream + Unpin,
{
    let mut stream = stream;
    for _ in 0..random.below(40) {
        match crate::util::catch(|| poll_next(&mut stream)) {
            Ok(Poll::Pending) => random.pause(),
            Ok(Poll::Ready(Some(item))) => check(item),
            Ok(Poll::Ready(None)) => return true,
            Err(_) => return false,
        }
    }
    if random.below(3) == 0 {
        _ = crate::util::catch(|| block_on(stream.next())).map(|item| item.map(check));
    }
    false
}

#[test]
fn a_map_dropped_at_any_point_leaks_nothing_and_runs_nothing_twice() {
    let pool = test_util::pool();
    test_util::each_round(
        || test_util::settle(&pool),
        |seed, random, drops| {
            let items = random.below(60);
            let runs: Arc<[AtomicUsize]> = (0..items).map(|_| AtomicUsize::new(0)).collect();
            let counters = runs.clone();
            let panics = random.below(200);
            let slow = 1 + random.below(20);
            let (sources, outputs) = (drops.clone(), drops.clone());
            let source = (0..items).map(move |k| sources.count(k));
            let f = move |item: test_util::Counted<usize>| {
                counters[item.value].fetch_add(1, Ordering::Relaxed);
                if item.value == panics {
                    resume_unwind(Box::new("on purpose"));
                }
                if item.value % slow == 0 {
                    (0..200).for_each(|_| std::hint::spin_loop());
                }
                outputs.count(item.value)
            };
            let (concurrency, batch) = (1 + random.below(4), 1 + random.below(10));
            if random.below(2) == 0 {
                let results = pool.map(source, f).concurrency(concurrency).batch(batch);
                let mut expected = 0;
                let ended = run(results, random, |item| {
                    assert_eq!(item.value, expected, "seed {seed}");
                    expected += 1;
                });
                assert!(!ended || expected == items, "seed {seed}");
            } else {
                let results = pool.map_unordered(source, f).concurrency(concurrency).batch(batch);
                let mut seen = BTreeSet::new();
                let ended = run(results, random, |item| assert!(seen.insert(item.value)));
                assert!(!ended || seen.len() == items, "seed {seed}");
            }
            move || {
                assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) <= 1), "seed {seed}");
            }
        },
    );
}
