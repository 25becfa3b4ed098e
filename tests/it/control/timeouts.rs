//! Calls with a time limit.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use asyncify_runtime::{
    BlockingCall, BlockingPool, Error, Limiter, Phase, Shutdown, asyncify, cancellation_token,
    is_cancelled, sync_to_async,
};
use asyncify_tests::{FOREVER, Gate, block_on, poll_once, probe};

use crate::{current_thread, one_thread};

const SOON: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(4_000);

fn timed_out(phase: Phase, after: Duration) -> Error {
    Error::TimedOut { phase, after }
}

#[test]
fn call_in_time_gives_its_value() {
    assert_eq!(block_on(asyncify!(|| 5).timeout(FOREVER)), Ok(5));
    current_thread().block_on(async {
        assert_eq!(asyncify!(|| 5).timeout(FOREVER).await, Ok(5));
    });
}

#[test]
fn running_body_is_given_up_and_told() {
    let (held, fate) = probe();
    let call = asyncify!(|| {
        asyncify_runtime::block_on(cancellation_token().cancelled());
        assert!(is_cancelled());
        drop(held);
    });
    let result = block_on(call.timeout(SOON));
    assert_eq!(result, Err(timed_out(Phase::Run, SOON)));
    assert_ne!(fate.wait(), std::thread::current().id());
}

#[test]
fn queued_call_is_given_up_and_never_runs() {
    let (pool, gate) = (one_thread(), Gate::new());
    let blocker = pool.spawn(gate.body());
    gate.wait_for(1);
    let (held, fate) = probe();
    let call = asyncify!(|| std::mem::forget(held)).executor(&pool).timeout(SOON);
    assert_eq!(block_on(call), Err(timed_out(Phase::Queue, SOON)));
    assert_eq!(fate.now(), Some(std::thread::current().id()), "freed, not forgotten");
    gate.open();
    block_on(blocker).unwrap();
}

/// Time limits about as long as it takes a worker to start a call.
fn short_limits() -> impl Iterator<Item = Duration> {
    (0..4_000).map(|round| Duration::from_nanos(1 + round % 40 * 500))
}

#[test]
fn call_that_timed_out_in_the_queue_never_runs() {
    let pool = one_thread();
    let rounds: Vec<_> = short_limits()
        .map(|limit| {
            let has_run = Arc::new(AtomicBool::new(false));
            let body = has_run.clone();
            let call = asyncify!(|| body.store(true, SeqCst)).executor(&pool).timeout(limit);
            (block_on(call), has_run)
        })
        .collect();
    block_on(pool.shutdown(Shutdown::Drain));
    for (result, has_run) in rounds {
        match result {
            Err(Error::TimedOut { phase: Phase::Queue, .. }) => assert!(!has_run.load(SeqCst)),
            Err(Error::TimedOut { phase: Phase::Run, .. }) | Ok(()) => {
                assert!(has_run.load(SeqCst));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[sync_to_async(lend, timeout = limit, executor = pool)]
fn push(pool: &BlockingPool, limit: Duration, list: &mut Vec<u64>) -> Result<(), Error> {
    let _ = (pool, limit);
    list.push(0);
    Ok(())
}

#[test]
fn value_lent_to_a_call_that_timed_out_in_the_queue_comes_back() {
    let pool = one_thread();
    for limit in short_limits() {
        let mut list = vec![1];
        match block_on(push(&pool, limit, &mut list)) {
            Ok(()) => assert_eq!(list, [1, 0]),
            Err(Error::TimedOut { phase: Phase::Queue, .. }) => assert_eq!(list, [1]),
            // The body has it, or has given it back just before the call was dropped.
            Err(Error::TimedOut { phase: Phase::Run, .. }) => {
                assert!(list.is_empty() || list == [1, 0]);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn detached_call_that_timed_out_in_the_queue_still_runs() {
    let (pool, gate) = (one_thread(), Gate::new());
    let body = gate.clone();
    let blocker = pool.spawn(move || body.pass());
    gate.wait_for(1);
    let (held, fate) = probe();
    let call = asyncify!(|| drop(held)).executor(&pool).detach().timeout(SOON);
    assert_eq!(block_on(call), Err(timed_out(Phase::Queue, SOON)));
    assert_eq!(fate.now(), None);
    gate.open();
    block_on(blocker).unwrap();
    assert_ne!(fate.wait(), std::thread::current().id());
}

#[test]
fn call_in_line_for_a_permit_is_given_up() {
    let limiter = Limiter::new(0);
    let call = asyncify!(|| 5).limiter(&limiter).timeout(SOON);
    assert_eq!(block_on(call), Err(timed_out(Phase::Queue, SOON)));
    assert_eq!(limiter.waiting(), 0);
}

#[test]
fn no_time_at_all_starts_nothing() {
    let pool = one_thread();
    let call = asyncify!(|| 5).executor(&pool).timeout(Duration::ZERO);
    let result = block_on(call);
    assert_eq!(result, Err(timed_out(Phase::Queue, Duration::ZERO)));
    assert_eq!(pool.metrics().completed + pool.metrics().cancelled, 0);
}

#[test]
fn time_beyond_the_clock_never_ends() {
    assert_eq!(block_on(asyncify!(|| 5).timeout(Duration::MAX)), Ok(5));
    current_thread().block_on(async {
        assert_eq!(asyncify!(|| 5).timeout(Duration::MAX).await, Ok(5));
    });
}

/// The first call finds out that there are no timers, and the second one knows it.
#[test]
fn runtime_without_timers_uses_the_clock_of_the_process() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _ in 0..2 {
        let gate = Gate::new();
        let result = runtime.block_on(BlockingCall::new(gate.body()).timeout(SOON));
        assert_eq!(runtime.block_on(asyncify!(|| 5).timeout(FOREVER)), Ok(5));
        assert!(matches!(result, Err(Error::TimedOut { after: SOON, .. })));
        gate.open();
    }
    // The clock of another runtime on this thread is its own.
    let gate = Gate::new();
    let call = BlockingCall::new(gate.body()).timeout(LONG);
    let result = paused().block_on(call);
    assert!(matches!(result, Err(Error::TimedOut { after: LONG, .. })));
    gate.open();
}

#[sync_to_async(timeout = after)]
fn read(after: Duration, gate: Gate) -> std::io::Result<u8> {
    let _ = after;
    gate.pass();
    Ok(7)
}

#[test]
fn io_result_can_time_out() {
    let gate = Gate::new();
    let error = block_on(read(SOON, gate.clone())).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert!(matches!(error.downcast(), Ok(Error::TimedOut { after: SOON, .. })));
    gate.open();
    assert_eq!(block_on(read(FOREVER, gate)).unwrap(), 7);
}

#[test]
fn errors_become_io_errors() {
    async fn spawned() -> std::io::Result<()> {
        asyncify!(|| panic!("expected")).spawn().await?
    }
    let error = block_on(spawned()).unwrap_err();
    assert_eq!(error.to_string(), "blocking call panicked: expected");
    assert!(error.downcast::<asyncify_runtime::JoinError>().unwrap().is_panic());
    let error = std::io::Error::from(Error::ShutDown);
    assert_eq!(error.to_string(), Error::ShutDown.to_string());
}

#[test]
fn time_counts_from_the_first_poll() {
    paused().block_on(async {
        let runtime = tokio::runtime::Handle::current();
        let call = asyncify!(|| 5).executor(&runtime).timeout(Duration::from_secs(5));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(call.await, Ok(5));
    });
}

#[test]
fn panic_goes_through() {
    let call = asyncify!(|| -> u8 { panic!("expected") }).timeout(FOREVER);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(call)));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"expected"));
}

#[test]
fn refused_call_is_an_error_and_no_panic() {
    let pool = one_thread();
    block_on(pool.shutdown(Shutdown::Drain));
    let call = asyncify!(|| 5).executor(&pool).timeout(FOREVER);
    assert_eq!(block_on(call), Err(Error::ShutDown));
}

#[test]
fn dropped_call_is_cancelled() {
    let gate = Gate::new();
    let (body, (held, fate)) = (gate.clone(), probe());
    let call = asyncify!(|| {
        body.pass();
        drop((held, body));
        is_cancelled()
    });
    let mut call = pin!(call.timeout(FOREVER));
    assert!(poll_once(&mut call).is_pending());
    gate.wait_for(1);
    call.set(asyncify!(|| true).timeout(FOREVER));
    gate.open();
    assert_ne!(fate.wait(), std::thread::current().id());
}

/// A runtime with tokio's test clock, which goes on by itself whenever the runtime has nothing to
/// do.
fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[test]
fn test_clock_of_tokio_does_not_wait_for_our_threads() {
    paused().block_on(async {
        let gate = Gate::new();
        let body = gate.clone();
        // More than an hour, in no time.
        let result = asyncify!(|| body.pass()).timeout(LONG).await;
        assert!(matches!(result, Err(Error::TimedOut { .. })));
        gate.open();
    });
}

#[test]
fn test_clock_of_tokio_never_comes_to_a_time_beyond_the_clock() {
    paused().block_on(async {
        let slow = asyncify!(|| std::thread::sleep(SOON));
        assert_eq!(slow.timeout(Duration::MAX).await, Ok(()));
    });
}

#[test]
fn test_clock_of_tokio_waits_for_calls_on_its_own_threads() {
    paused().block_on(async {
        let before = tokio::time::Instant::now();
        let runtime = tokio::runtime::Handle::current();
        let call = asyncify!(|| std::thread::sleep(SOON)).executor(&runtime);
        assert_eq!(call.timeout(LONG).await, Ok(()));
        assert_eq!(before.elapsed(), Duration::ZERO);
    });
}

#[test]
fn messages_say_where_the_time_went() {
    let message = timed_out(Phase::Queue, SOON).to_string();
    assert_eq!(message, "blocking call timed out after 20ms before it started");
    let message = timed_out(Phase::Run, SOON).to_string();
    assert_eq!(message, "blocking call timed out after 20ms while it was running");
}
