//! What an operator sees and does: the state of queues, and dead letters.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use async_nats::{HeaderMap, Message, StatusCode};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{DeadLetter, Envelope, RemoteError, TaskId, TaskName};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::dead;
use crate::layout::Namespace;
use crate::link::{ApiError, Link};
use crate::nats::Nats;
use crate::timestamp;

/// How long workers have for their answer.
const PING: Duration = Duration::from_millis(500);

/// The state of a namespace, from [`Nats::status`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The queues that have had a worker, by name.
    pub queues: BTreeMap<String, QueueStatus>,
    /// Tasks in queues that have never had a worker.
    pub without_queue: u64,
    /// Stored outcomes.
    pub outcomes: u64,
    /// Dead letters.
    pub dead: u64,
    /// The workers that answer.
    pub workers: Vec<WorkerStatus>,
    /// The server that leads the stream of tasks, in a cluster.
    pub leader: Option<String>,
}

/// The state of a queue.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct QueueStatus {
    /// Tasks that wait for a worker.
    pub waiting: u64,
    /// Tasks that workers have, or that wait for their next attempt.
    pub running: u64,
    /// The age in seconds of the oldest task that is not done.
    pub oldest_seconds: Option<f64>,
    /// How many workers serve it.
    pub workers: usize,
}

/// A worker that answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkerStatus {
    /// Its name.
    pub worker: String,
    /// Its queues.
    pub queues: Vec<String>,
    /// How many tasks it runs at a time.
    pub concurrency: usize,
    /// How many it has.
    pub running: usize,
}

#[derive(Deserialize)]
struct StreamInfo {
    state: StreamState,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct StreamState {
    messages: u64,
}

#[derive(Deserialize)]
struct Cluster {
    leader: Option<String>,
}

#[derive(Deserialize)]
struct Consumers {
    total: usize,
    consumers: Vec<ConsumerInfo>,
}

#[derive(Deserialize)]
struct ConsumerInfo {
    name: String,
    num_pending: u64,
    num_ack_pending: u64,
}

#[derive(Deserialize)]
struct Purged {
    purged: u64,
}

impl Nats {
    /// The state of all queues.
    ///
    /// Waits half a second for the answers of workers.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](RemoteError::Unavailable) and [`Denied`](RemoteError::Denied).
    pub async fn status(&self) -> Result<Status, Error> {
        let link = &self.link;
        let tasks = link.stream(&link.namespace.tasks()).await?;
        let workers = link.workers().await?;
        let mut queues = BTreeMap::new();
        let mut known = 0;
        for info in link.consumers().await? {
            let serves = |worker: &&WorkerStatus| worker.queues.contains(&info.name);
            let filter = format!("asyncify.{}.task.{}.*", link.namespace, info.name);
            let oldest = link.next(&link.namespace.tasks(), &filter, 1).await?;
            let age = oldest.and_then(|message| stored_at(&message)?.elapsed().ok());
            known += info.num_pending + info.num_ack_pending;
            let status = QueueStatus {
                waiting: info.num_pending,
                running: info.num_ack_pending,
                oldest_seconds: age.map(|age| age.as_secs_f64()),
                workers: workers.iter().filter(serves).count(),
            };
            queues.insert(info.name, status);
        }
        Ok(Status {
            queues,
            without_queue: tasks.state.messages.saturating_sub(known),
            outcomes: link.stream(&link.namespace.outcomes()).await?.state.messages,
            dead: link.stream(&link.namespace.dead()).await?.state.messages,
            workers,
            leader: tasks.cluster.and_then(|cluster| cluster.leader),
        })
    }

    /// The dead letters, the oldest first; at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        let filter = format!("asyncify.{}.dead.>", self.link.namespace);
        let mut letters = Vec::new();
        let mut sequence = 1;
        while letters.len() < limit {
            let Some(message) =
                self.link.next(&self.link.namespace.dead(), &filter, sequence).await?
            else {
                break;
            };
            sequence = number(&message, "Nats-Sequence").unwrap_or(u64::MAX - 1) + 1;
            letters.extend(letter(&message));
        }
        Ok(letters)
    }

    /// The dead letter of a task.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn dead_letter(&self, id: &TaskId) -> Result<Option<DeadLetter>, Error> {
        Ok(self.link.dead(id).await?.as_ref().and_then(letter))
    }

    /// Queues a dead letter again, as a new task with the same id; its outcome is forgotten. False
    /// if there is none.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status), and [`StoreFull`](RemoteError::StoreFull).
    pub async fn replay(&self, id: &TaskId) -> Result<bool, Error> {
        let link = &self.link;
        let Some(message) = link.dead(id).await? else { return Ok(false) };
        let subject = dead_subject(&message);
        let (queue, _) = Namespace::parse(&subject).ok_or_else(unreadable)?;
        let (_, task) = dead::decode(&message.payload).ok_or_else(unreadable)?;
        // In this order, so that nothing is lost if it is interrupted. The old task is still there
        // if its worker died before it had acknowledged it.
        link.purge(&link.namespace.tasks(), &link.namespace.task(&queue, id)).await?;
        link.purge(&link.namespace.outcomes(), &link.namespace.outcome(id)).await?;
        let mut headers = HeaderMap::new();
        let sequence = number(&message, "Nats-Sequence").unwrap_or_default();
        headers.insert("Nats-Msg-Id", format!("{id}.{sequence}").as_str());
        let task = Bytes::copy_from_slice(task);
        link.store(&link.namespace.task(&queue, id), &headers, &task)
            .await?
            .map_err(ApiError::into_error)?;
        link.purge(&link.namespace.dead(), &subject).await?;
        Ok(true)
    }

    /// Deletes a dead letter, or all; returns how many.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn purge_dead_letters(&self, id: Option<&TaskId>) -> Result<u64, Error> {
        let id = id.map_or("*", TaskId::as_str);
        let filter = format!("asyncify.{}.dead.*.{id}", self.link.namespace);
        self.link.purge(&self.link.namespace.dead(), &filter).await
    }
}

impl Link {
    async fn stream(&self, name: &str) -> Result<StreamInfo, Error> {
        let info = self.api(&format!("STREAM.INFO.{name}"), &Value::Null).await?;
        info.map_err(ApiError::into_error)
    }

    async fn consumers(&self) -> Result<Vec<ConsumerInfo>, Error> {
        let name = format!("CONSUMER.LIST.{}", self.namespace.tasks());
        let mut all = Vec::new();
        loop {
            let request = json!({ "offset": all.len() });
            let page: Consumers = self.api(&name, &request).await?.map_err(ApiError::into_error)?;
            let is_last =
                page.consumers.is_empty() || all.len() + page.consumers.len() >= page.total;
            all.extend(page.consumers);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn workers(&self) -> Result<Vec<WorkerStatus>, Error> {
        let reply = format!("{}{}.0", self.namespace.replies(), TaskId::random());
        let unavailable = |error: &dyn std::fmt::Display| RemoteError::unavailable(error);
        let subscribed = self.client.subscribe(reply.clone()).await;
        let mut answers = subscribed.map_err(|error| unavailable(&error.kind()))?;
        self.publish(&self.namespace.ping(), &reply.into()).await?;
        let mut workers = Vec::new();
        let collected = async {
            while let Some(answer) = answers.next().await {
                workers.extend(serde_json::from_slice::<WorkerStatus>(&answer.payload));
            }
        };
        let _ = timeout(PING, collected).await;
        Ok(workers)
    }

    /// The first message of these subjects from a sequence on.
    async fn next(
        &self,
        stream: &str,
        filter: &str,
        sequence: u64,
    ) -> Result<Option<Message>, Error> {
        let request = json!({ "seq": sequence, "next_by_subj": filter }).to_string();
        let subject = format!("$JS.API.DIRECT.GET.{stream}");
        let message = self.request(&subject, &HeaderMap::new(), &request.into()).await?;
        match message.status {
            None | Some(StatusCode::OK) => Ok(Some(message)),
            Some(StatusCode::NOT_FOUND) => Ok(None),
            Some(status) => Err(RemoteError::unavailable(status).into()),
        }
    }

    async fn dead(&self, id: &TaskId) -> Result<Option<Message>, Error> {
        let filter = format!("asyncify.{}.dead.*.{id}", self.namespace);
        self.next(&self.namespace.dead(), &filter, 1).await
    }

    async fn purge(&self, stream: &str, filter: &str) -> Result<u64, Error> {
        let request = json!({ "filter": filter });
        let purged = self.api(&format!("STREAM.PURGE.{stream}"), &request).await?;
        purged.map(|Purged { purged }| purged).map_err(ApiError::into_error)
    }
}

fn letter(message: &Message) -> Option<DeadLetter> {
    let (queue, id) = Namespace::parse(&dead_subject(message))?;
    let (outcome, task) = dead::decode(&message.payload)?;
    let error = match outcome {
        Ok(outcome) => outcome.error().cloned().unwrap_or(Error::Cancelled),
        Err(error) => error,
    };
    // What could not be read is shown as it is.
    let envelope = Envelope::decode(task).unwrap_or_else(|_| {
        let name = TaskName::new("unreadable").expect("a name");
        Envelope::new(id, name, queue, task.to_vec())
    });
    let attempts = number(message, dead::ATTEMPTS).unwrap_or_default();
    let at = Duration::from_millis(number(message, dead::FAILED_AT).unwrap_or_default());
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    Some(DeadLetter::new(envelope, error, attempts, SystemTime::UNIX_EPOCH + at))
}

fn header<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    Some(message.headers.as_ref()?.get(name)?.as_str())
}

fn number(message: &Message, name: &str) -> Option<u64> {
    header(message, name)?.parse().ok()
}

fn dead_subject(message: &Message) -> String {
    header(message, "Nats-Subject").unwrap_or_default().to_owned()
}

fn stored_at(message: &Message) -> Option<SystemTime> {
    timestamp::parse(header(message, "Nats-Time-Stamp")?)
}

fn unreadable() -> Error {
    RemoteError::protocol("the dead letter cannot be read").into()
}
