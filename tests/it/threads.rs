//! The life of pool threads: reused, named, hooked, ended, and clean between calls.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use asyncify_runtime::{BlockingPool, Shutdown};
use asyncify_tests::{FOREVER, Gate, block_on, probe};

use crate::{at_most, join_all, one_thread};

#[test]
fn idle_thread_is_reused() {
    let pool = at_most(64).build().unwrap();
    let mut seen = HashSet::new();
    for _ in 0..100 {
        seen.insert(block_on(pool.spawn(|| thread::current().id())).unwrap());
        block_on(pool.wait_idle());
    }
    assert_eq!((seen.len(), pool.metrics().threads), (1, 1));
}

#[test]
fn one_call_at_a_time_does_not_grow_the_pool() {
    let pool = at_most(64).build().unwrap();
    for _ in 0..500 {
        block_on(pool.spawn(|| ())).unwrap();
    }
    // A result may be there before its thread is ready again, on a busy machine for more than one.
    assert!(pool.metrics().threads <= 8, "{:?}", pool.metrics());
}

#[test]
fn idle_threads_end_without_another_call_and_the_minimum_stays() {
    let (sender, ended) = mpsc::channel();
    let pool = BlockingPool::builder()
        .min_threads(2)
        .max_threads(8)
        .keep_alive(Duration::from_millis(10))
        .on_thread_stop(move || sender.send(thread::current().id()).unwrap())
        .build()
        .unwrap();
    let gate = Gate::new();
    let handles: Vec<_> = (0..8).map(|_| pool.spawn(gate.body())).collect();
    gate.wait_for(8);
    assert_eq!(pool.metrics().threads, 8);
    gate.open();
    join_all(handles);
    let gone: HashSet<_> =
        (0..6).map(|_| ended.recv_timeout(FOREVER).expect("a thread ends")).collect();
    assert_eq!(gone.len(), 6);
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
    block_on(pool.shutdown(Shutdown::Drain));
    assert_eq!(ended.try_iter().count(), 2, "the minimum was there until the end");
}

#[test]
fn call_is_never_lost_to_a_thread_that_leaves() {
    let pool = BlockingPool::builder()
        .max_threads(4)
        .keep_alive(Duration::from_micros(20))
        .build()
        .unwrap();
    for round in 0..300 {
        let handles: Vec<_> = (0..3).map(|number| pool.spawn(move || number)).collect();
        for (number, handle) in handles.into_iter().enumerate() {
            assert_eq!(block_on(handle).unwrap(), number);
        }
        // Waits of all lengths around the keep-alive.
        thread::sleep(Duration::from_micros(round % 40));
    }
}

#[test]
fn captures_are_gone_when_the_result_is_there() {
    let pool = one_thread();
    for _ in 0..100 {
        let shared = Arc::new(());
        let held = Arc::clone(&shared);
        block_on(pool.spawn(move || drop(Arc::clone(&held)))).unwrap();
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}

#[test]
fn unwanted_result_is_gone_before_the_next_call_begins() {
    let pool = one_thread();
    let (result, fate) = probe();
    // The body ends after the handle is gone, which would drop the result itself.
    let gate = Gate::new();
    let body = gate.clone();
    drop(pool.spawn(move || {
        body.pass();
        result
    }));
    gate.open();
    let next = block_on(pool.spawn(|| thread::current().id())).unwrap();
    assert_eq!(fate.now(), Some(next));
}

#[test]
fn threads_carry_the_name_of_their_pool() {
    let pool = at_most(4).name("a-name-that-is-too-long-for-a-thread").build().unwrap();
    let gate = Gate::new();
    let handles: Vec<_> = (0..4)
        .map(|_| {
            let gate = gate.clone();
            pool.spawn(move || {
                gate.pass();
                thread::current().name().map(str::to_owned)
            })
        })
        .collect();
    gate.wait_for(4);
    gate.open();
    let names: HashSet<String> =
        handles.into_iter().map(|handle| block_on(handle).unwrap().unwrap()).collect();
    assert_eq!(names.len(), 4, "each thread has a name of its own");
    assert!(names.iter().all(|name| name.starts_with("a-name-that-i") && name.len() <= 15));
}

#[test]
fn pools_without_a_name_differ() {
    let name = |pool: &BlockingPool| {
        let name = block_on(pool.spawn(|| thread::current().name().map(str::to_owned)));
        name.unwrap().unwrap()
    };
    assert_ne!(name(&one_thread()), name(&one_thread()));
}

#[cfg(target_os = "linux")]
#[test]
fn system_shows_the_name() {
    let pool = at_most(1).name("shown").build().unwrap();
    let shown = block_on(pool.spawn(|| std::fs::read_to_string("/proc/thread-self/comm")));
    assert!(shown.unwrap().unwrap().starts_with("shown-"));
}

#[test]
fn hooks_run_once_per_thread() {
    let (started, stopped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pool = at_most(3)
        .on_thread_start({
            let started = Arc::clone(&started);
            move || {
                started.fetch_add(1, Ordering::SeqCst);
            }
        })
        .on_thread_stop({
            let stopped = Arc::clone(&stopped);
            move || {
                stopped.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .unwrap();
    let gate = Gate::new();
    for _ in 0..3 {
        drop(pool.spawn(gate.body()));
    }
    gate.wait_for(3);
    assert_eq!((started.load(Ordering::SeqCst), stopped.load(Ordering::SeqCst)), (3, 0));
    gate.open();
    block_on(pool.shutdown(Shutdown::Drain));
    assert_eq!((started.load(Ordering::SeqCst), stopped.load(Ordering::SeqCst)), (3, 3));
}

#[test]
fn panicking_hooks_harm_nobody() {
    let pool = at_most(1)
        .on_thread_start(|| panic!("start hook"))
        .on_thread_stop(|| panic!("stop hook"))
        .build()
        .unwrap();
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
    block_on(pool.shutdown(Shutdown::Drain));
    assert_eq!(pool.metrics().threads, 0);
}

#[test]
fn stack_is_as_large_as_asked_for() {
    #[inline(never)]
    fn deep(levels: u32) -> u32 {
        let frame = std::hint::black_box([levels; 256]);
        if levels == 0 { 0 } else { deep(levels - 1) + frame[1] / frame[0].max(1) }
    }
    let pool = at_most(1).stack_size(64 << 20).build().unwrap();
    // About 20 MiB, ten times what a thread has otherwise.
    assert_eq!(block_on(pool.spawn(|| deep(15_000))).unwrap(), 15_000);
}

#[test]
fn thread_locals_stay_with_the_thread() {
    thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
    let pool = one_thread();
    let count = || CALLS.with(|calls| calls.replace(calls.get() + 1));
    let seen: Vec<_> = (0..3).map(|_| block_on(pool.spawn(count)).unwrap()).collect();
    assert_eq!(seen, [0, 1, 2]);
    assert_eq!(CALLS.get(), 0);
}
