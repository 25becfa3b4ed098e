//! Pools of threads.

use asyncify_runtime::observe::Registry;
use asyncify_runtime::{BlockingPool, DedicatedThread, cpu};
use asyncify_tests::{Gate, block_on};

use crate::{record, rows, until};

#[test]
fn a_pool_is_published_while_it_works() {
    let pool =
        BlockingPool::builder().max_threads(2).queue_capacity(3).metrics(true).build().unwrap();
    let registry = Registry::new();
    registry.pool("disk", &pool);
    assert!(rows(&registry).iter().all(|row| row.labels[0] == ("pool.name".into(), "disk".into())));

    let gate = Gate::new();
    let running = [pool.spawn(gate.body()), pool.spawn(gate.body())];
    gate.wait_for(2);
    let queued = [pool.spawn(|| ()), pool.spawn(|| ()), pool.spawn(|| panic!("on purpose"))];
    let [completed, cancelled, panicked] = queued;
    assert!(pool.try_spawn(|| ()).is_err(), "the queue is full");
    let recorded = record(&registry);
    recorded.assert("pool.thread.", [("count", 2), ("limit", 2), ("idle", 0), ("running", 2)]);
    recorded.assert("pool.queue.", [("length", 3), ("capacity", 3)]);
    recorded.assert("pool.job.ended", [("{outcome=completed}", 0), ("{outcome=rejected}", 1)]);

    cancelled.abort();
    gate.open();
    running.into_iter().chain([completed]).for_each(|handle| block_on(handle).unwrap());
    assert!(block_on(panicked).unwrap_err().is_panic());
    until("all jobs are counted", || record(&registry).get("pool.thread.idle") >= 2.0);
    let recorded = record(&registry);
    recorded.assert(
        "pool.job.ended{outcome=",
        [("completed}", 3), ("cancelled}", 1), ("panicked}", 1), ("rejected}", 1)],
    );
    recorded.assert("pool.", [("thread.running", 0), ("queue.length", 0)]);
    recorded.assert("pool.", [("thread.spawn_failures", 0)]);
    let times = ["0.5", "0.9", "0.99", "0.999", "1"]
        .map(|quantile| recorded.get(&format!("pool.job.queue_wait{{quantile={quantile}}}")));
    assert!(times.is_sorted() && times[4] > 0.0, "{times:?}");
    assert!(recorded.get("pool.job.run_time{quantile=1}") > 0.0);

    pool.set_max_threads(5);
    assert_eq!(record(&registry).get("pool.thread.limit"), 5.0);
}

#[test]
fn what_is_not_limited_or_measured_is_not_published() {
    let pool = BlockingPool::builder().build().unwrap();
    let registry = Registry::new();
    registry.pool("plain", &pool);
    let recorded = record(&registry);
    assert_eq!(recorded.find("pool.queue.capacity"), None);
    assert_eq!(recorded.find("pool.job.run_time{quantile=1}"), None);
    assert_eq!(recorded.get("pool.thread.limit"), 512.0);
}

#[test]
fn a_registry_does_not_keep_a_pool() {
    let pool = BlockingPool::builder().metrics(true).build().unwrap();
    let registry = Registry::new();
    registry.pool("short", &pool);
    block_on(pool.spawn(|| ())).unwrap();
    until("the thread is idle", || record(&registry).get("pool.thread.idle") == 1.0);
    let snapshots = registry.clone();
    drop(pool);
    until("the pool has ended", || {
        snapshots.snapshot().pools.iter().all(|pool| pool.name() != "short")
    });

    // Its levels are published once more, and its totals stay.
    let recorded = record(&registry);
    recorded.assert("pool.thread.", [("count", 0), ("idle", 0), ("limit", 0)]);
    recorded.assert("pool.job.", [("ended{outcome=completed}", 1), ("run_time{quantile=1}", 0)]);
    assert!(rows(&registry).is_empty());

    // Its name is free.
    let next = BlockingPool::builder().build().unwrap();
    registry.pool("short", &next);
    assert_eq!(record(&registry).get("pool.thread.count"), 1.0);
}

#[test]
fn a_name_belongs_to_the_last_one_that_got_it() {
    let [small, large] =
        [1, 9].map(|threads| BlockingPool::builder().max_threads(threads).build().unwrap());
    let registry = Registry::new();
    registry.pool("mine", &small).pool("other", &small).pool("mine", &large);
    let pools = registry.snapshot().pools;
    let mine: Vec<_> = pools.iter().filter(|pool| pool.name() == "mine").collect();
    assert_eq!((mine.len(), mine[0].metrics), (1, large.metrics()));
}

#[test]
fn a_dedicated_thread_is_a_pool_of_one() {
    let thread = DedicatedThread::new("serial").unwrap();
    let registry = Registry::new();
    registry.dedicated_thread("serial", &thread);
    let gate = Gate::new();
    let (first, second) = (gate.body(), gate.body());
    let first = asyncify_runtime::BlockingCall::new(first).executor(&thread).spawn();
    gate.wait_for(1);
    let second = asyncify_runtime::BlockingCall::new(second).executor(&thread).spawn();
    let recorded = record(&registry);
    recorded.assert("pool.", [("thread.limit", 1), ("thread.running", 1), ("queue.length", 1)]);
    gate.open();
    block_on(first).unwrap();
    block_on(second).unwrap();
}

#[test]
fn the_pools_of_the_process_are_there_when_they_are_used() {
    let registry = Registry::new();
    let named = |name: &str| {
        let pools = registry.snapshot().pools;
        let mut limits = pools.iter().filter(|pool| pool.name() == name);
        (limits.next().map(|pool| pool.metrics.max_threads), limits.count())
    };
    // No other test uses it.
    assert_eq!(named("cpu"), (None, 0));
    assert_eq!(named("cpu"), (None, 0), "a snapshot starts nothing");
    let cores = cpu().max_threads();
    assert_eq!(named("cpu"), (Some(cores), 0));

    let mine = BlockingPool::builder().max_threads(cores + 1).build().unwrap();
    registry.pool("cpu", &mine);
    assert_eq!(named("cpu"), (Some(cores + 1), 0), "the one that was added has the name");
}
