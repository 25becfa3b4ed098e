//! Replies to this client: one subscription, and a slot for each reply that is awaited.
//!
//! The client library has the same for its requests, but keeps the slot of a reply that never
//! comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_nats::{Message, Subscriber};
use asyncify_runtime::Error;
use asyncify_runtime::remote::TaskId;
use futures_util::StreamExt as _;
use tokio::sync::oneshot;

/// How many refused subjects are remembered.
const MAX_REFUSED: usize = 100;

/// The slots.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// The name of this client.
    client: TaskId,
    prefix: String,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    next: u64,
    waiting: HashMap<u64, Waiting>,
    /// The server refuses the subscription.
    denied: Option<Error>,
    /// The other subscriptions that it refuses.
    refused: HashMap<String, Error>,
}

impl Slots {
    fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

#[derive(Debug)]
struct Waiting {
    /// What was sent, and where.
    subject: String,
    reply: oneshot::Sender<Result<Message, Error>>,
}

impl Inbox {
    /// One whose subjects start with `replies`.
    pub(crate) fn new(replies: &str) -> Arc<Self> {
        let client = TaskId::random();
        let prefix = format!("{replies}{client}.");
        Arc::new(Self { client, prefix, slots: Mutex::default() })
    }

    /// The subject of the subscription.
    pub(crate) fn subject(&self) -> String {
        format!("{}*", self.prefix)
    }

    /// Dispatches what the subscription receives, until it ends.
    pub(crate) async fn dispatch(self: Arc<Self>, mut subscriber: Subscriber) {
        while let Some(message) = subscriber.next().await {
            let number = message.subject.rsplit('.').next().and_then(|number| number.parse().ok());
            let waiting = number.and_then(|number| self.lock().waiting.remove(&number));
            if let Some(waiting) = waiting {
                let _ = waiting.reply.send(Ok(message));
            }
        }
    }

    /// The id of a new task, which has the number of a slot: the server sends its outcome there.
    pub(crate) fn new_id(&self) -> TaskId {
        let number = self.lock().take_number();
        TaskId::new(format!("{}{number}", self.client))
            .expect("hexadecimal digits, then decimal ones")
    }

    /// The slot for the outcome of a task.
    pub(crate) fn slot_of_task(self: &Arc<Self>, id: &TaskId) -> Slot {
        let number = id.as_str().strip_prefix(self.client.as_str());
        self.slot_with(number.and_then(|number| number.parse().ok()), "")
    }

    /// A slot for the reply to a request to `subject`.
    pub(crate) fn slot(self: &Arc<Self>, subject: &str) -> Slot {
        self.slot_with(None, subject)
    }

    /// The slot with this number, if it was taken by an id; otherwise a new one.
    fn slot_with(self: &Arc<Self>, number: Option<u64>, subject: &str) -> Slot {
        let (reply, receiver) = oneshot::channel();
        let mut slots = self.lock();
        let number = match number {
            Some(number) if number < slots.next && !slots.waiting.contains_key(&number) => number,
            _ => slots.take_number(),
        };
        if let Some(error) = &slots.denied {
            let _ = reply.send(Err(error.clone()));
        } else {
            slots.waiting.insert(number, Waiting { subject: subject.to_owned(), reply });
        }
        drop(slots);
        Slot { inbox: self.clone(), number, receiver }
    }

    /// Fails the requests to a subject, or all if it is the subject of the replies.
    pub(crate) fn fail(&self, subject: &str, error: &Error) {
        let mut slots = self.lock();
        let all = subject == self.subject();
        if all {
            slots.denied = Some(error.clone());
        } else if slots.refused.len() < MAX_REFUSED {
            slots.refused.insert(subject.to_owned(), error.clone());
        }
        let failed: Vec<_> = slots.waiting.extract_if(|_, w| all || w.subject == subject).collect();
        drop(slots);
        for (_, waiting) in failed {
            let _ = waiting.reply.send(Err(error.clone()));
        }
    }

    /// The error of a subscription that the server has refused.
    pub(crate) fn refused(&self, subject: &str) -> Option<Error> {
        self.lock().refused.get(subject).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.lock().waiting.len()
    }
}

/// Waits for one reply. Its drop frees the slot.
#[derive(Debug)]
pub(crate) struct Slot {
    inbox: Arc<Inbox>,
    number: u64,
    receiver: oneshot::Receiver<Result<Message, Error>>,
}

impl Slot {
    /// The subject to reply to.
    pub(crate) fn subject(&self) -> String {
        format!("{}{}", self.inbox.prefix, self.number)
    }

    /// Waits for the reply; `None` if the connection was closed. Cancel safe.
    pub(crate) async fn reply(&mut self) -> Option<Result<Message, Error>> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.inbox.lock().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use asyncify_runtime::remote::RemoteError;

    use super::*;
    use crate::layout::Namespace;

    #[tokio::test]
    async fn a_slot_is_freed_by_its_drop() {
        let inbox = Inbox::new("reply.");
        let slot = inbox.slot("a");
        let subject = format!("reply.{}.0", inbox.client);
        assert_eq!((slot.subject(), inbox.len()), (subject, 1));
        drop(slot);
        assert_eq!(inbox.len(), 0);
    }

    #[test]
    fn the_outcome_of_a_task_arrives_where_its_id_says() {
        let namespace = Namespace::new("shop".to_owned()).unwrap();
        let inbox = Inbox::new(&namespace.replies());
        let (id, other) = (inbox.new_id(), inbox.slot("a"));
        let first = inbox.slot_of_task(&id);
        assert_eq!(first.subject(), namespace.reply(&id));
        // The same task again, one of another client, and one that this client has not made yet.
        let again = inbox.slot_of_task(&id);
        let foreign = inbox.slot_of_task(&TaskId::new("order-4711").unwrap());
        let later = TaskId::new(format!("{}99", inbox.client)).unwrap();
        let later = inbox.slot_of_task(&later);
        assert_eq!([other, first, again, foreign, later].map(|slot| slot.number), [1, 0, 2, 3, 4]);
    }

    #[tokio::test]
    async fn only_requests_to_a_denied_subject_fail() {
        let inbox = Inbox::new("reply.");
        let (mut denied, other) = (inbox.slot("a"), inbox.slot("b"));
        let error = Error::from(RemoteError::denied("a"));
        inbox.fail("a", &error);
        assert_eq!(denied.reply().await.unwrap().unwrap_err(), error);
        assert_eq!(inbox.len(), 1);
        drop(other);
    }

    #[tokio::test]
    async fn without_its_subscription_nothing_is_requested() {
        let inbox = Inbox::new("reply.");
        let mut before = inbox.slot("a");
        let all = inbox.subject();
        inbox.fail(&all, &RemoteError::denied(&all).into());
        assert!(before.reply().await.unwrap().is_err());
        assert!(inbox.slot("a").reply().await.unwrap().is_err());
    }
}
