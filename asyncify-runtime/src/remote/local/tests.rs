use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use futures::executor::block_on;

use super::super::engine::{Consume, Deliveries, Delivery, Engine, Settlement, Submitted};
use super::super::envelope::{Envelope, Outcome};
use super::super::names::TaskId;
use super::Local;
use crate::error::Error;
use crate::error::remote::RemoteError;
use crate::util::test_util::waker_that_panics_when_woken;

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn task(id: &str) -> Envelope {
    let (name, queue) = ("work.v1".parse().unwrap(), "images".parse().unwrap());
    Envelope::new(id.parse().unwrap(), name, queue, vec![7; 10])
}

fn id(id: &str) -> TaskId {
    id.parse().unwrap()
}

fn deliveries(engine: &Local, queues: &[&str]) -> Box<dyn Deliveries> {
    let queues = queues.iter().map(|queue| queue.parse().unwrap()).collect();
    let options = Consume { worker: "test".to_owned(), queues, concurrency: 1 };
    block_on(engine.consume(options)).unwrap()
}

fn submit(engine: &Local, task: Envelope) -> Submitted {
    block_on(engine.submit(task)).unwrap()
}

fn next(deliveries: &mut Box<dyn Deliveries>) -> Box<dyn Delivery> {
    block_on(deliveries.next()).unwrap()
}

fn is_empty(deliveries: &mut Box<dyn Deliveries>) -> bool {
    poll_once(deliveries.next()).is_pending()
}

fn returned(result: &[u8]) -> Settlement {
    Settlement::Complete(Outcome::returned(0, result.to_vec()))
}

fn result(outcome: Result<Outcome, Error>) -> Result<Vec<u8>, Error> {
    outcome.and_then(Outcome::into_result).map(|(_, result)| result)
}

#[test]
fn tasks_are_delivered_in_order_and_results_kept() {
    let engine = Local::new();
    for id in ["a", "b"] {
        assert_eq!(submit(&engine, task(id)), Submitted::New);
    }
    let mut worker = deliveries(&engine, &["images"]);
    for expected in ["a", "b"] {
        let delivery = next(&mut worker);
        assert_eq!((delivery.envelope().id.as_str(), delivery.attempt()), (expected, 1));
        assert_eq!(delivery.envelope().arguments, [7; 10]);
        block_on(delivery.settle(&returned(expected.as_bytes()))).unwrap();
    }
    assert!(is_empty(&mut worker));
    for expected in ["a", "b", "a"] {
        let stored = result(block_on(engine.outcome(id(expected)))).unwrap();
        assert_eq!(stored, expected.as_bytes());
    }
}

#[test]
fn one_id_is_one_task() {
    let engine = Local::new();
    assert_eq!(submit(&engine, task("a")), Submitted::New);
    assert_eq!(submit(&engine, task("a")), Submitted::Duplicate);
    let mut worker = deliveries(&engine, &["images"]);
    let delivery = next(&mut worker);
    assert_eq!(submit(&engine, task("a")), Submitted::Duplicate);
    block_on(delivery.settle(&returned(b"1"))).unwrap();
    // Also when it is done: the second caller gets the result of the first.
    assert_eq!(result(block_on(engine.call(task("a")))).unwrap(), b"1");
    assert!(is_empty(&mut worker));
}

#[test]
fn waiters_are_woken_by_the_outcome() {
    let engine = Local::new();
    let mut call = engine.call(task("a"));
    let mut outcome = engine.outcome(id("a"));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut cx).is_pending());
    assert!(outcome.as_mut().poll(&mut cx).is_pending());
    let waiting = std::thread::spawn(move || (block_on(call), block_on(outcome)));
    let delivery = next(&mut deliveries(&engine, &["images"]));
    block_on(delivery.settle(&returned(b"1"))).unwrap();
    let (call, outcome) = waiting.join().unwrap();
    assert_eq!((result(call).unwrap(), result(outcome).unwrap()), (b"1".to_vec(), b"1".to_vec()));
}

#[test]
fn a_worker_that_waits_gets_a_task_that_comes_later() {
    let engine = Local::new();
    let (caller, mut worker) = (engine.clone(), deliveries(&engine, &["other", "images"]));
    assert!(is_empty(&mut worker));
    let waiting = std::thread::spawn(move || next(&mut worker).envelope().id.clone());
    submit(&caller, task("a"));
    assert_eq!(waiting.join().unwrap().as_str(), "a");
}

#[test]
fn queues_have_turns() {
    let engine = Local::new();
    for n in 0..3 {
        submit(&engine, task(&format!("a{n}")));
        let mut other = task(&format!("b{n}"));
        other.queue = "sounds".parse().unwrap();
        submit(&engine, other);
    }
    let mut worker = deliveries(&engine, &["images", "sounds"]);
    let kept: Vec<_> = (0..6).map(|_| next(&mut worker)).collect();
    let ids: Vec<_> = kept.iter().map(|delivery| delivery.envelope().id.as_str()).collect();
    assert_eq!(ids, ["a0", "b0", "a1", "b1", "a2", "b2"]);
}

#[test]
fn a_dropped_delivery_is_another_attempt_and_one_given_back_is_not() {
    let engine = Local::new();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    drop(next(&mut worker));
    let delivery = next(&mut worker);
    assert_eq!(delivery.attempt(), 2);
    block_on(delivery.settle(&Settlement::GiveBack)).unwrap();
    // A repeated settlement has no effect, nor has the drop.
    block_on(delivery.settle(&Settlement::GiveBack)).unwrap();
    drop(delivery);
    let delivery = next(&mut worker);
    assert_eq!(delivery.attempt(), 2);
    assert!(is_empty(&mut worker));
}

#[test]
fn a_lease_that_is_not_renewed_ends() {
    let engine = Local::builder().lease(Duration::from_millis(20)).build();
    submit(&engine, task("a"));
    let (mut first, mut second) =
        (deliveries(&engine, &["images"]), deliveries(&engine, &["images"]));
    let stuck = next(&mut first);
    let again = next(&mut second);
    assert_eq!((stuck.attempt(), again.attempt()), (1, 2));
    let lost = block_on(stuck.progress());
    assert_eq!(lost, Err(RemoteError::LeaseLost.into()));
    // The first outcome counts, even from a worker without a lease.
    block_on(stuck.settle(&returned(b"first"))).unwrap();
    block_on(again.settle(&returned(b"second"))).unwrap();
    assert_eq!(result(block_on(engine.outcome(id("a")))).unwrap(), b"first");
    drop((stuck, again));
    assert!(is_empty(&mut first));
}

#[test]
fn progress_renews_a_lease() {
    let engine = Local::builder().lease(Duration::from_secs(3600)).build();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    let delivery = next(&mut worker);
    let due = || engine.shared.store().next_due();
    let before = due().expect("a lease ends");
    block_on(delivery.progress()).unwrap();
    assert!(due().expect("a lease ends") > before);
    block_on(delivery.acknowledge()).unwrap();
    assert_eq!(due(), None);
}

#[test]
fn a_retry_waits() {
    let engine = Local::new();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    let after = Duration::from_secs(3600);
    block_on(next(&mut worker).settle(&Settlement::Retry { after })).unwrap();
    assert!(is_empty(&mut worker));
    let engine = Local::new();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    let after = Duration::from_millis(5);
    block_on(next(&mut worker).settle(&Settlement::Retry { after })).unwrap();
    assert_eq!(next(&mut worker).attempt(), 2);
}

#[test]
fn results_are_forgotten_after_their_time() {
    let engine = Local::builder().result_ttl(Duration::ZERO).build();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    block_on(next(&mut worker).settle(&returned(b"1"))).unwrap();
    let forgotten = result(block_on(engine.outcome(id("a"))));
    assert_eq!(forgotten, Err(RemoteError::no_result("a").into()));
    assert_eq!(submit(&engine, task("a")), Submitted::New);
    assert_eq!(engine.shared.store().used(), (1, super::store::size_of(&task("a"))));
}

#[test]
fn anonymous_results_are_forgotten_with_their_caller() {
    let engine = Local::new();
    let anonymous = |id| {
        let mut task = task(id);
        task.anonymous = true;
        task
    };
    let mut worker = deliveries(&engine, &["images"]);
    let mut cx = Context::from_waker(Waker::noop());
    // Fetched by its caller.
    let mut call = engine.call(anonymous("a"));
    assert!(call.as_mut().poll(&mut cx).is_pending());
    block_on(next(&mut worker).settle(&returned(b"1"))).unwrap();
    assert_eq!(result(block_on(call)).unwrap(), b"1");
    assert_eq!(engine.shared.store().used(), (0, 0));
    // Dropped by its caller before and after the task is done.
    for is_done in [false, true] {
        let mut call = engine.call(anonymous("a"));
        assert!(call.as_mut().poll(&mut cx).is_pending());
        let delivery = next(&mut worker);
        if is_done {
            block_on(delivery.settle(&returned(b"1"))).unwrap();
            drop(call);
        } else {
            drop(call);
            block_on(delivery.settle(&returned(b"1"))).unwrap();
        }
        assert_eq!(engine.shared.store().used(), (0, 0));
    }
}

#[test]
fn a_queued_task_is_cancelled_and_a_running_one_is_told() {
    let engine = Local::new();
    submit(&engine, task("queued"));
    block_on(engine.cancel(id("queued"))).unwrap();
    let mut worker = deliveries(&engine, &["images"]);
    assert!(is_empty(&mut worker));
    let cancelled = result(block_on(engine.outcome(id("queued"))));
    assert_eq!(cancelled, Err(Error::Cancelled));

    submit(&engine, task("running"));
    let delivery = next(&mut worker);
    assert!(poll_once(delivery.cancelled()).is_pending());
    block_on(engine.cancel(id("running"))).unwrap();
    block_on(delivery.cancelled());
    block_on(engine.cancel(id("unknown"))).unwrap();
}

#[test]
fn what_is_too_large_is_refused() {
    let engine = Local::builder().max_task(9).build();
    let refused = block_on(engine.submit(task("a")));
    assert!(matches!(
        refused,
        Err(Error::Remote(RemoteError::TooLarge { bytes: 10, limit: 9, .. }))
    ));
    let engine = Local::builder().max_outcome(3).build();
    submit(&engine, task("a"));
    let delivery = next(&mut deliveries(&engine, &["images"]));
    let refused = block_on(delivery.settle(&returned(b"four")));
    assert!(matches!(
        refused,
        Err(Error::Remote(RemoteError::TooLarge { bytes: 4, limit: 3, .. }))
    ));
    // The task is not settled by it.
    block_on(delivery.settle(&returned(b"fit"))).unwrap();
    assert_eq!(result(block_on(engine.outcome(id("a")))).unwrap(), b"fit");
}

#[test]
fn a_full_store_refuses_tasks_and_results_but_no_errors() {
    let size = super::store::size_of(&task("a"));
    let engine = Local::builder().capacity(2 * size).build();
    submit(&engine, task("a"));
    submit(&engine, task("b"));
    let full = block_on(engine.submit(task("c")));
    assert!(matches!(full, Err(Error::Remote(RemoteError::StoreFull { .. }))), "{full:?}");
    assert_eq!(submit(&engine, task("a")), Submitted::Duplicate);
    let mut worker = deliveries(&engine, &["images"]);
    let delivery = next(&mut worker);
    let full = block_on(delivery.settle(&returned(&[1; 100])));
    assert!(matches!(full, Err(Error::Remote(RemoteError::StoreFull { .. }))), "{full:?}");
    let told = Outcome::failed(full.unwrap_err());
    block_on(delivery.settle(&Settlement::Complete(told))).unwrap();
    let told = result(block_on(engine.outcome(id("a"))));
    assert!(matches!(told, Err(Error::Remote(RemoteError::StoreFull { .. }))), "{told:?}");
}

#[test]
fn dead_letters_are_listed_replayed_and_purged() {
    let engine = Local::new();
    let mut dead = task("a");
    dead.deadline = Some(SystemTime::now() + Duration::from_secs(3600));
    submit(&engine, dead);
    submit(&engine, task("b"));
    let mut worker = deliveries(&engine, &["images"]);
    for _ in 0..2 {
        let died = Settlement::Dead(Outcome::failed(Error::Rejected));
        block_on(next(&mut worker).settle(&died)).unwrap();
    }
    let letters = engine.dead_letters();
    let ids: Vec<_> = letters.iter().map(|letter| letter.envelope.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!((&letters[0].error, letters[0].attempts), (&Error::Rejected, 1));
    assert_eq!(letters[0].envelope.arguments, [7; 10]);
    assert_eq!(result(block_on(engine.outcome(id("a")))), Err(Error::Rejected));

    engine.replay(&id("a")).unwrap();
    assert!(engine.replay(&id("a")).is_err());
    let delivery = next(&mut worker);
    assert_eq!((delivery.attempt(), delivery.envelope().deadline), (1, None));
    block_on(delivery.settle(&returned(b"1"))).unwrap();
    assert_eq!(result(block_on(engine.outcome(id("a")))).unwrap(), b"1");

    assert!(engine.purge(&id("b")) && !engine.purge(&id("b")));
    assert!(engine.dead_letters().is_empty());
}

#[test]
fn wakers_that_poll_at_once_find_no_lock() {
    /// Asks the engine for an outcome when it is woken.
    struct Asks(Local);

    impl std::task::Wake for Asks {
        fn wake(self: Arc<Self>) {
            let asked = poll_once(self.0.outcome(id("a")));
            assert!(asked.is_ready(), "woken before the outcome is stored");
        }
    }

    let engine = Local::new();
    let waker = Arc::new(Asks(engine.clone())).into();
    let mut call = engine.call(task("a"));
    assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let delivery = next(&mut deliveries(&engine, &["images"]));
    block_on(delivery.settle(&returned(b"1"))).unwrap();
    assert_eq!(result(block_on(call)).unwrap(), b"1");
}

#[test]
fn a_waker_that_panics_harms_nobody_else() {
    let engine = Local::new();
    let (waker, noop) = (waker_that_panics_when_woken(), Waker::noop());
    let mut worker = deliveries(&engine, &["images"]);
    let mut calls = [&waker, noop].map(|waker| {
        let mut call = engine.call(task("a"));
        assert!(call.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        call
    });
    // So does that of a worker.
    let mut other = deliveries(&engine, &["other"]);
    let mut waiting = other.next();
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    submit(&engine, task("b"));
    block_on(next(&mut worker).settle(&returned(b"1"))).unwrap();
    for call in &mut calls {
        let polled = call.as_mut().poll(&mut Context::from_waker(noop));
        assert!(matches!(polled, Poll::Ready(Ok(_))));
    }
    assert_eq!(next(&mut worker).envelope().id.as_str(), "b");
}

#[test]
fn times_without_end_are_allowed() {
    let engine = Local::builder().lease(Duration::MAX).result_ttl(Duration::MAX).build();
    submit(&engine, task("a"));
    let mut worker = deliveries(&engine, &["images"]);
    let delivery = next(&mut worker);
    block_on(delivery.progress()).unwrap();
    block_on(delivery.settle(&returned(b"1"))).unwrap();
    assert_eq!(result(block_on(engine.outcome(id("a")))).unwrap(), b"1");
}
