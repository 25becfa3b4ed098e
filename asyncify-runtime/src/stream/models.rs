//! Models of the producer and the consumer, in every interleaving within bounds. Loom itself
//! reports leaks and deadlocks.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::iter;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use futures_core::Stream;
use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::mpsc;

use super::IterStream;
use super::channel::{Channel, OnExhausted, Received};
use super::linger::Linger;
use super::producer::Rate;
use crate::call::SpawnOptions;
use crate::{Executor, Job, Rejected};

/// The timer of a lingering consumer: fires at some time after it was polled first.
pub(super) struct Delay(Option<Arc<AtomicBool>>);

impl Delay {
    pub(super) fn new(_: Duration) -> Self {
        Self(None)
    }

    pub(super) fn reset(&mut self, _: Duration) {
        self.0 = None;
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(fired) = &self.0 {
            return if fired.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending };
        }
        let fired = Arc::new(AtomicBool::new(false));
        self.0 = Some(fired.clone());
        let waker = cx.waker().clone();
        loom::thread::spawn(move || {
            fired.store(true, Ordering::Release);
            waker.wake();
        });
        Poll::Pending
    }
}

/// Runs each job on a thread of its own.
struct Threads;

impl Executor for Threads {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        loom::thread::spawn(move || job.run());
        Ok(())
    }
}

fn model(f: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.max_branches = 20_000;
    model.check(f);
}

fn next<I>(stream: &mut IterStream<I>) -> Option<I::Item>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    block_on(poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)))
}

#[test]
fn the_consumer_receives_each_item_and_the_end() {
    model(|| {
        let mut stream = IterStream::new(SpawnOptions::on(Threads), 1, || 1..=2);
        assert_eq!(next(&mut stream), Some(1));
        assert_eq!(next(&mut stream), Some(2));
        assert_eq!(next(&mut stream), None);
    });
}

#[test]
fn a_producer_that_runs_ahead_loses_nothing() {
    model(|| {
        let mut stream = IterStream::new(SpawnOptions::on(Threads), 2, || 1..=2);
        assert_eq!(next(&mut stream), Some(1));
        assert_eq!(next(&mut stream), Some(2));
        assert_eq!(next(&mut stream), None);
    });
}

#[test]
fn dropping_the_stream_frees_items_and_iterator_once() {
    model(|| {
        let item = loom::sync::Arc::new(());
        let items = [item.clone(), item.clone()];
        let mut stream = IterStream::new(SpawnOptions::on(Threads), 1, || items.into_iter());
        drop(next(&mut stream));
        drop(stream);
    });
}

#[test]
fn the_iterator_is_reclaimed_whatever_its_job_does() {
    model(|| {
        let mut stream = IterStream::reclaimable(SpawnOptions::on(Threads), Box::new(1..=2));
        assert_eq!(next(&mut stream), Some(1));
        let iterator = block_on(poll_fn(|cx| stream.poll_reclaim(cx)));
        assert!(iterator.is_ok());
    });
}

/// Makes one item, and blocks until something is sent; then ends.
fn blocks_after_one() -> (mpsc::Sender<()>, impl Iterator<Item = u8> + Send + 'static) {
    let (send, received) = mpsc::channel();
    let mut first = Some(1);
    (send, iter::from_fn(move || first.take().or_else(|| received.recv().ok().and(None))))
}

#[test]
fn a_lingering_consumer_receives_the_items_of_an_iterator_that_blocks() {
    model(|| {
        let (received, iterator) = blocks_after_one();
        let mut stream = IterStream::new(SpawnOptions::on(Threads), 8, || iterator);
        stream.linger = Linger::after(0);
        assert_eq!(next(&mut stream), Some(1));
        received.send(()).unwrap();
        assert_eq!(next(&mut stream), None);
    });
}

/// So the model above depends on the timer.
#[test]
fn an_item_alone_does_not_wake_a_lingering_consumer() {
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    model(|| {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = woken.clone().into();
        let mut cx = Context::from_waker(&waker);
        let mut batch = VecDeque::new();
        let channel = Channel::new(8, Some(Box::new(1..=8)), OnExhausted::Keep);
        let Received::Idle(iterator) = channel.recv(&mut batch, true, &mut cx) else {
            panic!("the iterator is idle")
        };
        assert!(matches!(channel.recv(&mut batch, true, &mut cx), Received::Pending));
        let iterator = channel.send(1, iterator, &Rate::new()).unwrap();
        assert!(!woken.0.load(Ordering::Relaxed));
        channel.end(iterator);
        assert!(woken.0.load(Ordering::Relaxed));
    });
}
