//! Producer and consumer in every interleaving, within bounds. Loom itself reports what is leaked and
//! who waits for ever.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use loom::future::block_on;

use super::Producing;
use crate::call::SpawnOptions;
use crate::{Executor, Job, Rejected};

/// A thread for each job.
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

fn next<I>(stream: &mut Producing<I>) -> Option<I::Item>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
{
    block_on(poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)))
}

#[test]
fn the_consumer_hears_of_every_item_and_of_the_end() {
    model(|| {
        let mut stream = Producing::new(SpawnOptions::on(Threads), 1, || 1..=2);
        assert_eq!(next(&mut stream), Some(1));
        assert_eq!(next(&mut stream), Some(2));
        assert_eq!(next(&mut stream), None);
    });
}

#[test]
fn a_producer_that_runs_ahead_loses_nothing() {
    model(|| {
        let mut stream = Producing::new(SpawnOptions::on(Threads), 2, || 1..=2);
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
        let mut stream = Producing::new(SpawnOptions::on(Threads), 1, || items.into_iter());
        drop(next(&mut stream));
        drop(stream);
    });
}

#[test]
fn the_iterator_comes_back_whatever_its_job_does() {
    model(|| {
        let mut stream = Producing::lent(SpawnOptions::on(Threads), Box::new(1..=2));
        assert_eq!(next(&mut stream), Some(1));
        let back = block_on(poll_fn(|cx| stream.poll_back(cx)));
        assert!(back.is_ok());
    });
}
