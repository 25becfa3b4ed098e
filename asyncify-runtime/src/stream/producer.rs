//! The job that advances the iterator.

use std::time::{Duration, Instant};

use super::channel::Channel;

/// How far, in time, a producer runs ahead of its consumer if the maximum capacity allows it.
const LEAD_TIME: Duration = Duration::from_millis(2);

/// Advances the iterator until it is exhausted, or the channel is full or closed.
pub(super) fn produce<I: Iterator>(channel: &Channel<I>, mut iterator: Box<I>) {
    let mut rate = Rate::new();
    loop {
        let Some(item) = iterator.next() else { return channel.end(iterator) };
        rate.items += 1;
        match channel.send(item, iterator, &rate) {
            Some(same) => iterator = same,
            None => return,
        }
    }
}

/// The number of items that a job has produced, and since when.
pub(super) struct Rate {
    start: Instant,
    items: u128,
}

impl Rate {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), items: 0 }
    }

    /// Returns whether the producer makes `items` items within the [`LEAD_TIME`], and so may run
    /// that many items ahead.
    pub(super) fn allows(&self, items: usize) -> bool {
        let time = self.start.elapsed().as_nanos() * items as u128;
        time <= LEAD_TIME.as_nanos() * self.items
    }
}
