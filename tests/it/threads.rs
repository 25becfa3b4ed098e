//! The life of pool threads: named, and clean between calls.
//! `asyncify-runtime/src/pool/tests` tests a pool alone, under Miri too.

use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use asyncify_runtime::BlockingPool;
use asyncify_tests::{Gate, block_on, probe};

use crate::{at_most, one_thread};

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
