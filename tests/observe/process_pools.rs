//! Pools of worker processes.

use std::path::Path;
use std::sync::LazyLock;

use asyncify_runtime::observe::Registry;
use asyncify_runtime::process::Pool;
use asyncify_runtime::{Error, Shutdown, sync_to_async};

use crate::{Latch, record, rows, until, wait_for};

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let pool = Pool::builder().name("observed").max_workers(1).queue_capacity(2).build();
    pool.expect("there is a worker test")
});

#[sync_to_async(process(pool = &POOL))]
fn wait(latch: &Path) -> Result<String, Error> {
    wait_for(latch);
    Ok("a result".into())
}

#[sync_to_async(process(pool = &POOL))]
fn panics() -> Result<(), Error> {
    panic!("on purpose")
}

#[sync_to_async(process(pool = &POOL))]
fn aborts() -> Result<(), Error> {
    std::process::abort()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_pool_is_published_while_it_works() {
    let registry = Registry::new();
    registry.process_pool("images", &POOL);
    let label = ("pool.name".to_owned(), "images".to_owned());
    assert!(rows(&registry).iter().all(|row| row.labels[0] == label));
    let recorded = record(&registry);
    recorded.assert("process_pool.worker.", [("count", 0), ("limit", 1), ("spawned", 0)]);
    recorded.assert("process_pool.queue.", [("length", 0), ("capacity", 2)]);

    let latch = Latch::new();
    let call = |latch: &Latch| {
        let path = latch.path().to_owned();
        tokio::spawn(async move { wait(&path).await })
    };
    let first = call(&latch);
    until("it runs", || record(&registry).get("process_pool.worker.running") >= 1.0);
    let (second, third) = (call(&latch), call(&latch));
    until("two are queued", || record(&registry).get("process_pool.queue.length") >= 2.0);
    assert_eq!(call(&latch).await.unwrap(), Err(Error::Rejected));
    third.abort();
    assert!(third.await.unwrap_err().is_cancelled());
    let recorded = record(&registry);
    recorded.assert(
        "process_pool.worker.",
        [("count", 1), ("idle", 0), ("running", 1), ("spawned", 1), ("spawn_failures", 0)],
    );
    recorded.assert("process_pool.queue.", [("length", 1)]);

    latch.open();
    for call in [first, second] {
        assert_eq!(call.await.unwrap().as_deref(), Ok("a result"));
    }
    assert!(matches!(panics().await, Err(Error::Process(_))));
    assert!(matches!(aborts().await, Err(Error::Process(_))));
    POOL.shutdown(Shutdown::Drain).await;
    let recorded = record(&registry);
    recorded.assert("process_pool.worker.", [("count", 0), ("idle", 0), ("running", 0)]);
    recorded.assert("process_pool.worker.ended{reason=", [("crashed}", 1), ("timed_out}", 0)]);
    let spawned = recorded.get("process_pool.worker.spawned");
    let ended: f64 = recorded.sum("process_pool.worker.ended{");
    assert!(spawned >= 1.0 && (spawned - ended).abs() < f64::EPSILON, "{recorded:?}");
    recorded.assert(
        "process_pool.call.",
        [
            ("ended{outcome=completed}", 2),
            ("ended{outcome=cancelled}", 1),
            ("ended{outcome=panicked}", 1),
            ("ended{outcome=rejected}", 1),
            ("ended{outcome=crashed}", 1),
            ("ended{outcome=timed_out}", 0),
            ("ended{outcome=failed}", 0),
            ("retried", 0),
        ],
    );
    for moved in [
        "io{direction=in}",
        "io{direction=out}",
        "call.queue_wait{quantile=1}",
        "call.run_time{quantile=0.5}",
        "call.total_queue_wait",
        "call.total_run_time",
    ] {
        assert!(recorded.get(&format!("process_pool.{moved}")) > 0.0, "{moved}: {recorded:?}");
    }
    // Seconds, and the same in microseconds.
    let longest = recorded.get("process_pool.call.run_time{quantile=1}");
    assert!(recorded.get("process_pool.call.total_run_time") >= longest * 0.99e6, "{recorded:?}");
}

#[test]
fn a_registry_does_not_keep_a_process_pool() {
    let pool = Pool::builder().name("short").build().unwrap();
    let registry = Registry::new();
    registry.process_pool("short", &pool);
    assert_eq!(registry.snapshot().process_pools[0].name(), "short");
    drop(pool);
    until("it has ended", || {
        registry.snapshot().process_pools.iter().all(|pool| pool.name() != "short")
    });
}
