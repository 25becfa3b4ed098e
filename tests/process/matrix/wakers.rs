//! Wakers and subscribers that panic or call the pool.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};

use asyncify_process_tests::outside::runs;
use asyncify_process_tests::register::with;
use asyncify_process_tests::tasks;
use asyncify_runtime::process::Pool;
use asyncify_runtime::{Error, Shutdown};
use asyncify_tests::HostileWaker;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Pipe, balanced, cases, finish, one};

cases![
    a_waker_that_panics_affects_no_other_call,
    a_waker_that_panics_when_cloned_cancels_its_call,
    a_waker_that_panics_when_dropped_is_replaced,
    a_waker_that_panics_when_dropped_is_dropped_with_its_call,
    a_waker_makes_the_next_call,
    a_waker_polls_and_drops_its_future,
    a_waker_is_dropped_on_the_thread_that_drops_the_future,
    a_shutdown_completes_beside_a_waker_that_panics,
    a_span_that_panics_when_closed_affects_no_call,
    a_manager_that_cannot_wait_fails_its_call,
];

type Call = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send>>;

fn add(pool: &Pool) -> Call {
    Box::pin(tasks::add(pool, 1, 1))
}

/// Panics without a message on stderr.
fn fall() {
    resume_unwind(Box::new("the waker has panicked"));
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(waker))
}

/// Occupies the only worker until it is dropped, so that other calls are pending.
fn occupy(pool: &Pool) -> impl Sized + use<> {
    let begun = Pipe::new("occupied");
    let mut call = Box::pin(tasks::spin_and_tell(pool, begun.path()));
    assert!(poll(&mut call, Waker::noop()).is_pending());
    begun.wait();
    call
}

/// The same worker runs two calls, so that the first waker has run when the second call is
/// answered.
async fn a_waker_that_panics_affects_no_other_call() {
    let pool = one().build().unwrap();
    let (waker, hostile) = HostileWaker::default().on_wake(fall).waker();
    let occupied = occupy(&pool);
    let mut call = add(&pool);
    assert!(poll(&mut call, &waker).is_pending());
    drop(occupied);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(hostile.woken(), 1);
    assert_eq!(poll(&mut call, &waker), Poll::Ready(Ok(2)));
    // The same for calls that end without a worker.
    let occupied = occupy(&pool);
    let mut queued = [add(&pool), add(&pool)];
    for call in &mut queued {
        assert!(poll(call, &waker).is_pending());
    }
    pool.shutdown(Shutdown::Discard).await;
    for mut call in queued {
        assert_eq!(poll(&mut call, &waker), Poll::Ready(Err(Error::ShutDown)));
    }
    assert_eq!(hostile.woken(), 3);
    drop(occupied);
    finish(pool).await;
}

async fn a_waker_that_panics_when_cloned_cancels_its_call() {
    let pool = one().build().unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let (waker, _) = HostileWaker::default().on_clone(fall).waker();
    // At the first poll, before anything is sent ..
    let mut first = add(&pool);
    catch_unwind(AssertUnwindSafe(|| poll(&mut first, &waker))).unwrap_err();
    assert_eq!(pool.metrics().calls.completed, 1);
    // .. and at a later one.
    let begun = Pipe::new("clone");
    let mut second = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    assert!(poll(&mut second, Waker::noop()).is_pending());
    let worker = begun.wait_pid();
    catch_unwind(AssertUnwindSafe(|| poll(&mut second, &waker))).unwrap_err();
    drop(second);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert!(!runs(worker));
    assert_eq!(finish(pool).await.calls.cancelled, 1);
}

async fn a_waker_that_panics_when_dropped_is_replaced() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("replaced-waker");
    let mut call = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    for _ in 0..3 {
        let (waker, _) = HostileWaker::default().on_drop(fall).waker();
        assert!(poll(&mut call, &waker).is_pending());
        catch_unwind(AssertUnwindSafe(|| drop(waker))).unwrap_err();
    }
    let (waker, _) = HostileWaker::default().waker();
    assert!(poll(&mut call, &waker).is_pending());
    begun.wait();
    drop(call);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn a_waker_that_panics_when_dropped_is_dropped_with_its_call() {
    let pool = one().build().unwrap();
    for how in ["queued", "ended", "taken"] {
        let (waker, _) = HostileWaker::default().on_drop(fall).waker();
        let mut occupied = Some(occupy(&pool));
        let mut call = add(&pool);
        assert!(poll(&mut call, &waker).is_pending());
        if how != "queued" {
            occupied = None;
            assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
        }
        if how == "taken" {
            assert_eq!(poll(&mut call, &waker), Poll::Ready(Ok(2)));
        }
        drop(call);
        drop(occupied);
        catch_unwind(AssertUnwindSafe(|| drop(waker))).unwrap_err();
    }
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

/// On the thread that wakes, which then is the one that sends.
async fn a_waker_makes_the_next_call() {
    let pool = one().build().unwrap();
    let (send, made) = mpsc::channel();
    let hook = {
        let pool = pool.clone();
        move || {
            let mut next = add(&pool);
            let polled = poll(&mut next, Waker::noop());
            balanced(&pool);
            send.send((next, polled)).expect("the test waits for it");
        }
    };
    let in_clone = {
        let pool = pool.clone();
        move || balanced(&pool)
    };
    let in_drop = in_clone.clone();
    let hostile = HostileWaker::default().on_wake(hook).on_clone(in_clone).on_drop(in_drop);
    let (waker, _) = hostile.waker();
    let occupied = occupy(&pool);
    let mut call = add(&pool);
    assert!(poll(&mut call, &waker).is_pending());
    drop(occupied);
    let made = tokio::task::spawn_blocking(move || made.recv().expect("it is woken")).await;
    let (next, polled) = made.unwrap();
    let result = match polled {
        Poll::Ready(result) => result,
        Poll::Pending => next.await,
    };
    assert_eq!(result, Ok(2));
    assert_eq!(poll(&mut call, &waker), Poll::Ready(Ok(2)));
    drop((call, waker));
    finish(pool).await;
}

async fn a_waker_polls_and_drops_its_future() {
    let pool = one().build().unwrap();
    for polls in [true, false] {
        let future = Arc::new(Mutex::new(Some(add(&pool))));
        let (send, heard) = mpsc::channel();
        let hook = {
            let future = future.clone();
            move || {
                let mut taken = future.lock().unwrap().take().expect("woken once");
                let result = polls.then(|| poll(&mut taken, Waker::noop()));
                drop(taken);
                send.send(result).expect("the test waits for it");
            }
        };
        let (waker, _) = HostileWaker::default().on_wake(hook).waker();
        let occupied = occupy(&pool);
        let polled = poll(future.lock().unwrap().as_mut().expect("not woken before"), &waker);
        assert!(polled.is_pending());
        drop(occupied);
        let woken = tokio::task::spawn_blocking(move || heard.recv().expect("it is woken")).await;
        assert_eq!(woken.unwrap(), polls.then_some(Poll::Ready(Ok(2))));
    }
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

/// The data of a waker belongs to the user, and is not freed on a thread of the pool.
async fn a_waker_is_dropped_on_the_thread_that_drops_the_future() {
    let pool = one().build().unwrap();
    let begun = Pipe::new("dropped-waker");
    let mut call = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    let (waker, hostile) = HostileWaker::default().waker();
    assert!(poll(&mut call, &waker).is_pending());
    begun.wait();
    drop(waker);
    assert_eq!(Arc::strong_count(&hostile), 2);
    drop(call);
    assert_eq!(Arc::strong_count(&hostile), 1);
    finish(pool).await;
}

async fn a_shutdown_completes_beside_a_waker_that_panics() {
    let pool = one().build().unwrap();
    let occupied = occupy(&pool);
    let mut call = add(&pool);
    assert!(poll(&mut call, Waker::noop()).is_pending());
    let (waker, hostile) = HostileWaker::default().on_wake(fall).waker();
    let mut first = Box::pin(pool.shutdown(Shutdown::Drain));
    assert!(poll(&mut first, &waker).is_pending());
    drop(occupied);
    pool.shutdown(Shutdown::Drain).await;
    assert!(poll(&mut first, &waker).is_ready());
    assert_eq!(hostile.woken(), 1);
    assert_eq!(call.await, Ok(2));
    drop(first);
    finish(pool).await;
}

/// Panics when a span is closed, on the thread that drops its last handle.
struct Fragile;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Fragile {
    fn on_close(&self, _: tracing::Id, _: tracing_subscriber::layer::Context<'_, S>) {
        fall();
    }
}

async fn a_span_that_panics_when_closed_affects_no_call() {
    use tracing_subscriber::layer::SubscriberExt;
    let pool = one().build().unwrap();
    let begun = Pipe::new("fragile");
    let mut call = Box::pin(with(&pool, || tasks::spin_and_tell(&pool, begun.path())));
    let subscriber = tracing_subscriber::registry().with(Fragile);
    tracing::dispatcher::with_default(&asyncify_tests::dispatch(subscriber), || {
        let span = tracing::info_span!("fragile").entered();
        assert!(poll(&mut call, Waker::noop()).is_pending());
        drop(span);
    });
    begun.wait();
    drop(call);
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

/// `poll` refuses more descriptors than a process may have.
async fn a_manager_that_cannot_wait_fails_its_call() {
    let stderr = asyncify_runtime::process::Stderr::Capture(100);
    let pool = one().stderr(stderr).build().unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let begun = Pipe::new("unwaited");
    let call = tokio::spawn(tasks::print_when_removed(&pool, begun.path()));
    begun.wait();
    let before = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(3), ..before }).unwrap();
    // Needs no descriptor, and makes the worker wake its manager.
    std::fs::remove_file(begun.path()).unwrap();
    let result = call.await.unwrap();
    setrlimit(Resource::Nofile, before).unwrap();
    let error = result.unwrap_err();
    assert!(error.to_string().contains("Invalid argument"), "{error}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    assert_eq!(finish(pool).await.ended.manager_failed, 1);
}
