//! The end of a pool.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use asyncify_runtime::{Shutdown, asyncify};
use asyncify_tests::{FOREVER, Gate, block_on, poll_once, probe};

use crate::{at_most, current_thread, join_all, occupy, one_thread};

#[test]
fn drain_runs_what_is_queued_and_ends_the_threads() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let queued: Vec<_> = (0..10).map(|number| pool.spawn(move || number)).collect();
    let mut shutdown = Box::pin(pool.shutdown(Shutdown::Drain));
    assert!(poll_once(&mut shutdown).is_pending());
    gate.open();
    block_on(shutdown);
    let values = join_all(queued);
    assert_eq!(values, (0..10).collect::<Vec<_>>());
    assert_eq!((pool.metrics().threads, pool.metrics().completed), (0, 11));
}

#[test]
fn discard_cancels_what_is_queued_and_lets_running_bodies_end() {
    let pool = one_thread();
    let gate = Gate::new();
    let body = gate.clone();
    let running = pool.spawn(move || {
        body.pass();
        7
    });
    gate.wait_for(1);
    let (held, fate) = probe();
    let queued = pool.spawn(move || drop(held));
    let mut shutdown = Box::pin(pool.shutdown(Shutdown::Discard));
    assert!(poll_once(&mut shutdown).is_pending());
    assert!(block_on(queued).unwrap_err().is_cancelled());
    assert!(fate.now().is_some());
    gate.open();
    block_on(shutdown);
    assert_eq!(block_on(running).unwrap(), 7);
    assert_eq!((pool.metrics().threads, pool.metrics().cancelled), (0, 1));
}

#[test]
fn spawn_after_shutdown_is_an_error_at_once() {
    let pool = one_thread();
    block_on(pool.shutdown(Shutdown::Drain));
    let error = block_on(pool.spawn(|| ())).unwrap_err();
    assert!(error.is_rejected() && error.to_string().contains("shut down"));
    let refused = pool.try_spawn(|| 7).unwrap_err();
    assert!(!refused.is_full());
    assert_eq!(refused.into_inner()(), 7);
    assert!(block_on(pool.reserve()).is_err());
    let call = asyncify!(|| ()).executor(&pool).spawn();
    assert!(block_on(call).unwrap_err().is_rejected());
    assert_eq!(pool.metrics().rejected, 4);
}

#[test]
fn shutdown_twice_from_several_threads_and_during_submission_ends() {
    for how in [Shutdown::Drain, Shutdown::Discard] {
        let pool = at_most(4).build().unwrap();
        let submitting: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || {
                    let handles: Vec<_> = (0..200).map(|_| pool.spawn(|| ())).collect();
                    // Each ends, one way or another.
                    handles.into_iter().filter_map(|handle| block_on(handle).ok()).count()
                })
            })
            .collect();
        let closing: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || block_on(pool.shutdown(how)))
            })
            .collect();
        for thread in closing {
            thread.join().unwrap();
        }
        let ran: usize = submitting.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(pool.metrics().completed, ran as u64);
        block_on(pool.shutdown(how));
        assert_eq!(pool.metrics().threads, 0);
    }
}

#[test]
fn job_shuts_its_own_pool_down() {
    let pool = one_thread();
    let own = pool.clone();
    let inside = pool.spawn(move || block_on(own.shutdown(Shutdown::Drain)));
    block_on(inside).unwrap();
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(block_on(pool.spawn(|| ())).unwrap_err().is_rejected());
}

#[test]
fn timeout_reports_what_is_left_and_never_hangs() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let queued = pool.spawn(|| ());
    let left = pool.shutdown_timeout(Duration::from_millis(5)).unwrap_err();
    assert_eq!((left.running, left.discarded), (1, 1));
    assert!(block_on(queued).unwrap_err().is_cancelled());
    gate.open();
    block_on(pool.shutdown(Shutdown::Drain));
    assert_eq!(pool.metrics().threads, 0);
}

#[test]
fn timeout_of_an_idle_pool_has_nothing_to_report() {
    let pool = one_thread();
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
    assert!(pool.shutdown_timeout(FOREVER).is_ok());
    assert_eq!(pool.metrics().threads, 0);
    assert!(pool.shutdown_timeout(Duration::ZERO).is_ok());
}

#[test]
fn call_cancelled_just_before_the_shutdown_does_not_hang_it() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let handle = pool.spawn(|| ());
    handle.abort();
    gate.open();
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(block_on(handle).unwrap_err().is_cancelled());
}

#[test]
fn dropping_the_last_handle_lets_queued_work_finish() {
    let (sender, ended) = mpsc::channel();
    let pool = at_most(1).on_thread_stop(move || sender.send(()).unwrap()).build().unwrap();
    let gate = occupy(&pool, 1);
    let handles: Vec<_> = (0..5).map(|number| pool.spawn(move || number)).collect();
    drop(pool);
    gate.open();
    let values = join_all(handles);
    assert_eq!(values, [0, 1, 2, 3, 4]);
    ended.recv_timeout(FOREVER).expect("the thread ends");
}

#[test]
fn pool_dropped_by_its_own_job_ends() {
    let (sender, ended) = mpsc::channel();
    let pool = at_most(1).on_thread_stop(move || sender.send(()).unwrap()).build().unwrap();
    let gate = Gate::new();
    let (body, own) = (gate.clone(), pool.clone());
    drop(pool.spawn(move || {
        body.pass();
        drop(own);
    }));
    drop(pool);
    gate.open();
    ended.recv_timeout(FOREVER).expect("the thread ends");
}

/// The event loop goes on: it is what opens the gate.
#[test]
fn shutdown_does_not_block_the_event_loop() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    current_thread().block_on(async {
        let opener = async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            gate.open();
        };
        tokio::join!(pool.shutdown(Shutdown::Drain), opener);
    });
    assert_eq!(pool.metrics().threads, 0);
}

#[test]
fn all_threads_are_gone_after_a_shutdown() {
    let (alive, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pool = at_most(8)
        .on_thread_start({
            let (alive, peak) = (Arc::clone(&alive), Arc::clone(&peak));
            move || {
                peak.fetch_max(alive.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            }
        })
        .on_thread_stop({
            let alive = Arc::clone(&alive);
            move || {
                alive.fetch_sub(1, Ordering::SeqCst);
            }
        })
        .build()
        .unwrap();
    let gate = occupy(&pool, 8);
    gate.open();
    block_on(pool.shutdown(Shutdown::Drain));
    assert_eq!((peak.load(Ordering::SeqCst), alive.load(Ordering::SeqCst)), (8, 0));
}

#[test]
fn shutdown_that_is_never_polled_does_nothing() {
    let pool = one_thread();
    drop(pool.shutdown(Shutdown::Discard));
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
}
