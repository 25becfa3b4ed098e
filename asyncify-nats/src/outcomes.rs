//! The bucket of outcomes, and waiting for one.

use std::time::Duration;

use async_nats::HeaderMap;
use asyncify_runtime::Error;
use asyncify_runtime::process::Side;
use asyncify_runtime::remote::{Outcome, RemoteError, TaskId};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::inbox::Slot;
use crate::link::{ApiError, Link, closed, code};
use crate::nats::OUTCOME_RESERVED;

/// A reply may be lost with the connection, or between servers, so the bucket is also read after
/// these times.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LAST_LOOK: Duration = Duration::from_secs(15);

/// The same for an outcome that is being stored.
const NOTICED: Duration = Duration::from_millis(2);

/// The result of storing an outcome.
pub(crate) enum Kept {
    /// It is stored.
    New,
    /// The task has this one already.
    Earlier(Bytes),
}

impl Link {
    /// The stored outcome of a task, encoded.
    pub(crate) async fn stored(&self, id: &TaskId) -> Result<Option<Bytes>, Error> {
        let namespace = &self.namespace;
        let last = self.last(&namespace.outcomes(), &namespace.outcome(id)).await?;
        Ok(last.map(|message| message.payload))
    }

    /// Stores the outcome of a task that has none.
    pub(crate) async fn keep(&self, id: &TaskId, outcome: &Bytes) -> Result<Kept, Error> {
        let subject = self.namespace.outcome(id);
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Subject-Sequence", "0");
        match self.store(&subject, &headers, outcome).await? {
            Ok(_) => Ok(Kept::New),
            // By an earlier run, or by an earlier try of this request.
            Err(error) if error.err_code == code::WRONG_LAST_SEQUENCE => {
                match self.stored(id).await? {
                    Some(earlier) => Ok(Kept::Earlier(earlier)),
                    None => Err(RemoteError::unavailable("an outcome is being replicated").into()),
                }
            }
            Err(error) => Err(error.into_error()),
        }
    }

    /// Stores the outcome of a task, unless it has one, and sends the stored one to the caller that
    /// waits.
    pub(crate) async fn keep_and_reply(
        &self,
        id: &TaskId,
        outcome: &Outcome,
        reply: Option<&str>,
    ) -> Result<(), Error> {
        let encoded = bounded(outcome, self.client.max_payload() - OUTCOME_RESERVED);
        match self.keep(id, &encoded).await? {
            // The server has sent it already: when it was stored, which is sooner than from here.
            Kept::New if reply == Some(self.namespace.reply(id).as_str()) => Ok(()),
            Kept::New => self.reply(reply, &encoded).await,
            Kept::Earlier(earlier) => self.reply(reply, &earlier).await,
        }
    }

    /// Sends an outcome to the caller that waits. It may be gone; the outcome is stored.
    pub(crate) async fn reply(&self, subject: Option<&str>, outcome: &Bytes) -> Result<(), Error> {
        match subject {
            Some(subject) => self.publish(subject, outcome).await,
            None => Ok(()),
        }
    }

    /// Waits for the reply of a worker, or for the stored outcome.
    pub(crate) async fn replied(&self, id: &TaskId, mut reply: Slot) -> Result<Outcome, Error> {
        let mut connections = self.connections.clone();
        let mut pause = FIRST_LOOK;
        loop {
            connections.mark_unchanged();
            tokio::select! {
                reply = reply.reply() => {
                    let reply = reply.ok_or_else(closed)??;
                    return Outcome::decode(&reply.payload);
                }
                changed = connections.changed() => changed.map_err(|_| closed())?,
                () = sleep(pause) => pause = (pause * 2).min(LAST_LOOK),
            }
            if let Some(outcome) = self.look(id).await? {
                return outcome;
            }
        }
    }

    /// Waits for the outcome of a task that another caller has submitted.
    ///
    /// `exists` says that there is such a task, even if it is not in a queue.
    pub(crate) async fn awaited(&self, id: &TaskId, exists: bool) -> Result<Outcome, Error> {
        if let Some(outcome) = self.look(id).await? {
            return outcome;
        }
        // The server sends outcomes to subscribers, too: a moment before they are stored.
        let subject = self.namespace.outcome(id);
        let subscribed = self.client.subscribe(subject).await;
        let mut messages = subscribed.map_err(|error| RemoteError::unavailable(error.kind()))?;
        let mut connections = self.connections.clone();
        let mut pause = FIRST_LOOK;
        loop {
            connections.mark_unchanged();
            // In this order: a task leaves its queue after its outcome was stored.
            let is_noticed = pause < FIRST_LOOK;
            let is_gone = !exists
                && !is_noticed
                && if_reached(self.is_queued(id).await)?.is_some_and(|is_queued| !is_queued);
            match self.look(id).await? {
                Some(outcome) => return outcome,
                None if is_gone => return Err(RemoteError::no_result(id).into()),
                None => {}
            }
            tokio::select! {
                message = messages.next() => {
                    message.ok_or_else(closed)?;
                    pause = NOTICED;
                }
                changed = connections.changed() => changed.map_err(|_| closed())?,
                () = sleep(pause) => pause = (pause * 2).min(LAST_LOOK),
            }
        }
    }

    /// Whether a task with this id is queued or running.
    pub(crate) async fn is_queued(&self, id: &TaskId) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Info {
            state: State,
        }
        #[derive(Deserialize)]
        struct State {
            #[serde(default)]
            subjects: Option<serde_json::Map<String, Value>>,
        }
        let request = json!({ "subjects_filter": self.namespace.task_of_any_queue(id) });
        let name = format!("STREAM.INFO.{}", self.namespace.tasks());
        let info: Info = self.api(&name, &request).await?.map_err(ApiError::into_error)?;
        Ok(info.state.subjects.is_some_and(|subjects| !subjects.is_empty()))
    }

    /// Looks for an outcome.
    async fn look(&self, id: &TaskId) -> Result<Option<Result<Outcome, Error>>, Error> {
        let found = if_reached(self.stored(id).await)?.flatten();
        Ok(found.map(|bytes| Outcome::decode(&bytes)))
    }
}

/// A wait does not fail because the server cannot be reached for a while.
fn if_reached<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Remote(RemoteError::Unavailable { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Encodes an outcome, or the error that it is too long.
pub(crate) fn bounded(outcome: &Outcome, limit: usize) -> Bytes {
    let encoded = outcome.encode();
    if encoded.len() <= limit {
        return encoded.into();
    }
    let (bytes, limit) = (encoded.len() as u64, limit as u64);
    Outcome::failed(RemoteError::too_large(Side::Worker, bytes, limit).into()).encode().into()
}
