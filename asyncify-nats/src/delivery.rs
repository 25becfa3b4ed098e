//! One delivery of a task to a worker of this program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{HeaderMap, Message};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{BoxFuture, Delivery, Envelope, Outcome, RemoteError, Settlement};
use bytes::Bytes;

use crate::dead;
use crate::in_runtime::in_runtime;
use crate::link::Link;
use crate::nats::REPLY;
use crate::running::Entry;
use crate::slots::Slot;

/// Acknowledgements of JetStream.
const ACK: &str = "+ACK";
const IN_PROGRESS: &str = "+WPI";
const NAK: &str = "-NAK";

/// How long a task waits for room for its outcome.
const NO_ROOM: Duration = Duration::from_secs(10);

/// What acknowledgements of a delivery are sent to, and what its subject says.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    link: Arc<Link>,
    subject: String,
    pub(crate) attempt: u32,
    /// The tasks of the queue that were not delivered when this one was.
    pub(crate) pending: u64,
    pub(crate) time: Duration,
}

impl Lease {
    /// `None` if the message is not a delivery of a consumer.
    pub(crate) fn of(link: &Arc<Link>, message: &Message, time: Duration) -> Option<Self> {
        let subject = message.reply.as_ref()?.as_str();
        let (attempt, pending) = parse(subject)?;
        Some(Self { link: link.clone(), subject: subject.to_owned(), attempt, pending, time })
    }

    async fn send(&self, what: impl Into<Bytes>) -> Result<(), Error> {
        self.link.publish(&self.subject, &what.into()).await
    }

    /// Renews the lease.
    pub(crate) async fn renew(&self) -> Result<(), Error> {
        self.send(IN_PROGRESS).await
    }

    /// Removes the task from its queue.
    pub(crate) async fn acknowledge(&self) -> Result<(), Error> {
        self.send(ACK).await
    }

    /// Has the task delivered again.
    pub(crate) async fn give_back(&self, after: Duration) -> Result<(), Error> {
        if after.is_zero() {
            return self.send(NAK).await;
        }
        let delay = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX).min(i64::MAX as u64);
        self.send(format!("{NAK} {{\"delay\": {delay}}}")).await
    }
}

/// The number of the delivery and the number of tasks behind it, in the subject that it is
/// acknowledged to: `$JS.ACK`, in some forms the domain and a hash of the account, stream,
/// consumer, number, two sequences, time, tasks, and maybe more.
fn parse(subject: &str) -> Option<(u32, u64)> {
    let words: Vec<&str> = subject.strip_prefix("$JS.ACK.")?.split('.').collect();
    let words = match words.len() {
        7 => &words[2..],
        9.. => &words[4..],
        _ => return None,
    };
    // More attempts than a `u32` has are as good as that many.
    let number = words[0].parse::<u64>().ok()?;
    Some((u32::try_from(number).unwrap_or(u32::MAX), words[4].parse().ok()?))
}

/// The subject that the caller waits on. A message may name others, to which a worker must not
/// send.
pub(crate) fn reply_subject(link: &Link, message: &Message) -> Option<String> {
    valid_reply(link, message.headers.as_ref()?.get(REPLY)?.as_str().as_bytes())
}

pub(crate) fn valid_reply(link: &Link, subject: &[u8]) -> Option<String> {
    let subject = std::str::from_utf8(subject).ok()?;
    let rest = subject.strip_prefix(&link.namespace.replies())?;
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let fits = subject.len() <= 256 && rest.split('.').count() == 2 && rest.split('.').all(is_word);
    fits.then(|| subject.to_owned())
}

/// A leased task.
pub(crate) struct Task {
    pub(crate) link: Arc<Link>,
    pub(crate) lease: Lease,
    pub(crate) envelope: Envelope,
    pub(crate) reply: Option<String>,
    pub(crate) entry: Entry,
    pub(crate) settled: AtomicBool,
    /// The outcome could not be stored.
    pub(crate) no_room: AtomicBool,
    /// Frees the worker's slot.
    pub(crate) _slot: Slot,
}

impl Task {
    /// Ends a task with its outcome.
    async fn complete(&self, outcome: &Outcome) -> Result<(), Error> {
        let reply = self.reply.as_deref();
        match self.link.keep_and_reply(&self.envelope.id, outcome, reply).await {
            // If both the reply and this are lost, the task is delivered again and finished then.
            Ok(()) => self.remove().await,
            Err(error) => {
                if matches!(error, Error::Remote(RemoteError::StoreFull { .. })) {
                    // The caller is told; the task runs again when there may be room.
                    self.no_room.store(true, Ordering::Relaxed);
                    let told = Outcome::failed(error.clone()).encode();
                    self.link.reply(reply, &told.into()).await?;
                }
                Err(error)
            }
        }
    }

    /// Ends a task whose outcome is stored.
    pub(crate) async fn finish(&self, outcome: Bytes) -> Result<(), Error> {
        self.link.reply(self.reply.as_deref(), &outcome).await?;
        self.remove().await
    }

    /// Removes the task from its queue.
    async fn remove(&self) -> Result<(), Error> {
        self.lease.acknowledge().await?;
        self.settled.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn settle(&self, how: &Settlement) -> Result<(), Error> {
        match how {
            Settlement::Complete(outcome) => self.complete(outcome).await,
            Settlement::Dead(outcome) => {
                let attempts = self.lease.attempt;
                dead::store(&self.link, &self.envelope, outcome, attempts).await?;
                self.complete(outcome).await
            }
            Settlement::Retry { after } => self.give_back(*after).await,
            Settlement::GiveBack => self.give_back(Duration::ZERO).await,
        }
    }

    pub(crate) async fn give_back(&self, after: Duration) -> Result<(), Error> {
        self.lease.give_back(after).await?;
        self.settled.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Delivery for Task {
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    fn attempt(&self) -> u32 {
        self.lease.attempt
    }

    fn lease(&self) -> Duration {
        self.lease.time
    }

    /// JetStream does not say whether the task was given to another worker.
    fn progress(&self) -> BoxFuture<'_, Result<(), Error>> {
        in_runtime(&self.link, self.lease.renew())
    }

    fn cancelled(&self) -> BoxFuture<'_, ()> {
        let mut cancelled = self.entry.cancelled.clone();
        Box::pin(async move {
            // It is never closed: the entry is in the map.
            let _ = cancelled.wait_for(|cancelled| *cancelled).await;
        })
    }

    fn acknowledge(&self) -> BoxFuture<'_, Result<(), Error>> {
        in_runtime(&self.link, async move {
            // As a request: the server confirms it.
            let ack = Bytes::from_static(ACK.as_bytes());
            self.link.request(&self.lease.subject, &HeaderMap::new(), &ack).await?;
            self.settled.store(true, Ordering::Relaxed);
            Ok(())
        })
    }

    fn settle<'a>(&'a self, how: &'a Settlement) -> BoxFuture<'a, Result<(), Error>> {
        in_runtime(&self.link, self.settle(how))
    }
}

impl Drop for Task {
    /// Ends the lease of a task that was not settled.
    fn drop(&mut self) {
        // Relaxed: both were set by this task's owner.
        if !self.settled.load(Ordering::Relaxed) {
            let lease = self.lease.clone();
            let no_room = self.no_room.load(Ordering::Relaxed);
            let after = if no_room { NO_ROOM } else { Duration::ZERO };
            self.link.runtime.spawn(async move { lease.give_back(after).await });
        }
    }
}

/// Ends the delivery of a message that is no task of this version: it becomes a dead letter.
pub(crate) async fn refuse(
    link: &Link,
    message: &Message,
    lease: &Lease,
    error: Error,
) -> Result<(), Error> {
    let Some((queue, id)) = crate::layout::Namespace::parse(&message.subject) else {
        return lease.acknowledge().await;
    };
    let outcome = Outcome::failed(error);
    let subject = link.namespace.dead_letter(&queue, &id);
    dead::store_encoded(link, &subject, &message.payload, &outcome, lease.attempt).await?;
    link.keep_and_reply(&id, &outcome, reply_subject(link, message).as_deref()).await?;
    lease.acknowledge().await
}

/// The envelope of a message, if it is what its subject says.
pub(crate) fn envelope(message: &Message) -> Result<Envelope, Error> {
    let envelope = Envelope::decode(&message.payload)?;
    let named = crate::layout::Namespace::parse(&message.subject);
    if named.is_some_and(|(queue, id)| queue == envelope.queue && id == envelope.id) {
        return Ok(envelope);
    }
    Err(RemoteError::protocol("a task is stored under the subject of another one").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgement_subjects_are_read_in_all_forms() {
        assert_eq!(parse("$JS.ACK.tasks.images.3.10.12.1700000000000000000.5"), Some((3, 5)));
        assert_eq!(parse("$JS.ACK._.hash.tasks.images.4.10.12.17.5"), Some((4, 5)));
        assert_eq!(parse("$JS.ACK.hub.hash.tasks.images.4.10.12.17.5.random"), Some((4, 5)));
        assert_eq!(parse("$JS.ACK.tasks.images.x.10.12.17.5"), None);
        assert_eq!(parse("$JS.API.STREAM.DELETE.tasks"), None);
    }
}
