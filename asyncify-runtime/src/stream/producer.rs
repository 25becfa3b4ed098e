//! The job that runs the iterator.

use std::time::{Duration, Instant};

use super::mailbox::Mailbox;

/// How far a producer runs ahead, where there is room for it.
const LEAD: Duration = Duration::from_millis(1);

/// Advances the iterator until it ends, the mailbox is full, or nobody wants the items.
pub(super) fn produce<I: Iterator>(mailbox: &Mailbox<I>, mut source: Box<I>) {
    let mut pace = Pace { since: Instant::now(), items: 0 };
    loop {
        let Some(item) = source.next() else { return mailbox.end(source) };
        pace.items += 1;
        match mailbox.put(item, source, &pace) {
            Some(again) => source = again,
            None => return,
        }
    }
}

/// How quickly items are made.
pub(super) struct Pace {
    since: Instant,
    items: u128,
}

impl Pace {
    /// Whether so many items are made within the [`LEAD`].
    pub(super) fn makes(&self, items: usize) -> bool {
        let time = self.since.elapsed().as_nanos() * items as u128;
        time <= LEAD.as_nanos() * self.items
    }
}
