//! The job that runs the iterator.

use super::mailbox::Mailbox;

/// Advances the iterator until it ends, the mailbox is full, or nobody wants the items.
pub(super) fn produce<I: Iterator>(mailbox: &Mailbox<I>, mut source: Box<I>) {
    loop {
        let Some(item) = source.next() else { return mailbox.end(source) };
        match mailbox.put(item, source) {
            Some(again) => source = again,
            None => return,
        }
    }
}
