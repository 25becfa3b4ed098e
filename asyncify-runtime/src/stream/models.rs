//! Models of the producer and the consumer, in every interleaving within bounds. Loom itself reports
//! leaks and deadlocks.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use loom::future::block_on;

use super::IterStream;
use crate::call::SpawnOptions;
use crate::{Executor, Job, Rejected};

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
