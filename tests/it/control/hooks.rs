//! Context hooks: what they carry, and that nothing is left of it.

use std::cell::Cell;

use asyncify_runtime::{BlockingPool, asyncify};
use asyncify_tests::{Log, block_on};

use crate::current_thread;

tokio::task_local! {
    static TENANT: u32;
}

thread_local! {
    static AROUND: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn task_local_of_tokio_is_carried() {
    let pool = BlockingPool::builder()
        .max_threads(1)
        .context(|| {
            let tenant = TENANT.try_with(|tenant| *tenant);
            move |body: &mut dyn FnMut()| match tenant {
                Ok(tenant) => TENANT.sync_scope(tenant, body),
                Err(_) => body(),
            }
        })
        .build()
        .unwrap();
    current_thread().block_on(async {
        let seen = TENANT.scope(7, async { asyncify!(|| TENANT.get()).executor(&pool).await });
        assert_eq!(seen.await, 7);
        let next = asyncify!(|| TENANT.try_with(|tenant| *tenant).is_ok()).executor(&pool);
        assert!(!next.await, "the next call sees nothing of it");
    });
}

#[test]
fn context_of_opentelemetry_is_carried() {
    use opentelemetry::Context;
    #[derive(Clone, Debug, PartialEq)]
    struct Tenant(u32);

    let pool = BlockingPool::builder()
        .max_threads(1)
        .context(|| {
            let context = Context::current();
            move |body: &mut dyn FnMut()| {
                let _attached = context.attach();
                body();
            }
        })
        .build()
        .unwrap();
    let attached = Context::current_with_value(Tenant(7)).attach();
    let seen = asyncify!(|| Context::current().get::<Tenant>().cloned());
    assert_eq!(block_on(seen.executor(&pool)), Some(Tenant(7)));
    drop(attached);
    let next = asyncify!(|| Context::current().get::<Tenant>().cloned());
    assert_eq!(block_on(next.executor(&pool)), None);
}

#[test]
fn hooks_nest_with_the_first_outermost() {
    let log = Log::new();
    let hook = |name: &'static str| {
        let log = log.clone();
        move || {
            let log = log.clone();
            log.write(format!("{name} captures"));
            move |body: &mut dyn FnMut()| {
                log.write(format!("{name} enters"));
                body();
                log.write(format!("{name} leaves"));
            }
        }
    };
    let pool = BlockingPool::builder().context(hook("outer")).context(hook("inner")).build();
    let (pool, body) = (pool.unwrap(), log.clone());
    block_on(asyncify!(|| body.write("body")).executor(&pool));
    assert_eq!(
        log.lines(),
        [
            "outer captures",
            "inner captures",
            "outer enters",
            "inner enters",
            "body",
            "inner leaves",
            "outer leaves",
        ]
    );
}

/// A pool with one thread that surrounds each body so.
fn surrounded(surround: fn(&mut dyn FnMut())) -> BlockingPool {
    BlockingPool::builder().max_threads(1).context(move || surround).build().unwrap()
}

#[test]
fn hook_that_does_not_call_the_body_discards_the_call() {
    let pool = surrounded(|_body| {});
    let (held, fate) = asyncify_tests::probe();
    let handle = pool.spawn(move || std::mem::forget(held));
    assert!(block_on(handle).unwrap_err().is_cancelled());
    let _ = fate.wait();
}

#[test]
fn hook_that_calls_the_body_twice_runs_it_once() {
    let pool = surrounded(|body| {
        body();
        body();
    });
    let count = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let runs = count.clone();
    let handle = pool.spawn(move || runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    assert_eq!(block_on(handle).unwrap(), 0);
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn panic_of_a_hook_reaches_the_caller_and_leaves_the_thread_alive() {
    let before = surrounded(|_body| panic!("before"));
    let (held, fate) = asyncify_tests::probe();
    let handle = before.spawn(move || std::mem::forget(held));
    assert!(block_on(handle).unwrap_err().is_panic());
    let _ = fate.wait();

    let after = surrounded(|body| {
        body();
        panic!("after");
    });
    for _ in 0..3 {
        let (held, fate) = asyncify_tests::probe();
        let handle = after.spawn(move || held);
        assert!(block_on(handle).unwrap_err().is_panic());
        let _ = fate.wait();
    }
    assert_eq!(after.metrics().threads, 1);
}

#[test]
fn panic_of_the_body_passes_through_the_hooks() {
    struct Restore;
    impl Drop for Restore {
        fn drop(&mut self) {
            AROUND.set(0);
        }
    }
    let pool = surrounded(|body| {
        AROUND.set(1);
        let _restore = Restore;
        body();
    });
    let handle = pool.spawn(|| -> u32 { panic!("expected") });
    assert!(block_on(handle).unwrap_err().is_panic());
    assert_eq!(block_on(pool.spawn(|| AROUND.get())).unwrap(), 1);
    let outside = BlockingPool::builder().max_threads(1).build().unwrap();
    assert_eq!(block_on(outside.spawn(|| AROUND.get())).unwrap(), 0);
}
