//! The engine.

use std::fmt;
use std::sync::Arc;

use async_nats::HeaderMap;
use asyncify_runtime::Error;
use asyncify_runtime::process::Side;
use asyncify_runtime::remote::{
    BoxFuture, Consume, Deliveries, Engine, Envelope, Limits, Outcome, RemoteError, Submitted,
    TaskId,
};
use bytes::Bytes;
use tokio::time::sleep;

use crate::connect::Builder;
use crate::consume;
use crate::in_runtime::in_runtime;
use crate::link::{ELECTION, Link, code};
use crate::outcomes::Kept;

/// The header of a task with the subject that its caller waits on.
pub(crate) const REPLY: &str = "Asyncify-Reply";

/// The bytes of a message that are kept free: for headers, and for the outcome in a dead letter.
const RESERVED: usize = DEAD_OUTCOME + 4 * 1024;

/// The longest outcome in a dead letter.
pub(crate) const DEAD_OUTCOME: usize = 16 * 1024;

/// The headers of an outcome.
pub(crate) const OUTCOME_RESERVED: usize = 1024;

/// Remote tasks on NATS JetStream: an [`Engine`].
///
/// A handle of one connection; clones share it. See the [crate](crate) for what is stored, and for
/// what is guaranteed.
#[derive(Clone)]
pub struct Nats {
    pub(crate) link: Arc<Link>,
}

impl Nats {
    /// Connects with the default options; the same as `Nats::builder(servers).connect()`.
    ///
    /// # Errors
    ///
    /// As [`Builder::connect`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn connect(servers: impl Into<String>) -> Result<Self, Error> {
        Self::builder(servers).connect().await
    }

    /// Configures a connection to `servers`: one URL, as `nats://localhost:4222`, or several of one
    /// cluster, separated by commas.
    pub fn builder(servers: impl Into<String>) -> Builder {
        Builder::new(servers.into())
    }

    pub(crate) fn new(link: Arc<Link>) -> Self {
        Self { link }
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("namespace", &self.link.namespace).finish_non_exhaustive()
    }
}

impl Engine for Nats {
    fn limits(&self) -> Limits {
        let payload = self.link.client.max_payload();
        Limits {
            task: payload.saturating_sub(RESERVED),
            outcome: payload.saturating_sub(OUTCOME_RESERVED),
        }
    }

    fn new_id(&self) -> TaskId {
        self.link.inbox.new_id()
    }

    fn submit(&self, task: Envelope) -> BoxFuture<'static, Result<Submitted, Error>> {
        let this = self.clone();
        in_runtime(&self.link, async move { this.store_task(&task, None).await })
    }

    fn call(&self, task: Envelope) -> BoxFuture<'static, Result<Outcome, Error>> {
        let this = self.clone();
        in_runtime(&self.link, async move {
            let link = &this.link;
            let reply = link.inbox.slot_of_task(&task.id);
            match this.store_task(&task, Some(&reply.subject())).await? {
                Submitted::New => link.replied(&task.id, reply).await,
                Submitted::Duplicate => link.awaited(&task.id, task.at_most_once).await,
            }
        })
    }

    fn outcome(&self, id: TaskId) -> BoxFuture<'static, Result<Outcome, Error>> {
        let link = self.link.clone();
        in_runtime(&self.link, async move { link.awaited(&id, false).await })
    }

    fn cancel(&self, id: TaskId) -> BoxFuture<'static, Result<(), Error>> {
        let link = self.link.clone();
        in_runtime(&self.link, async move { link.cancel(&id).await })
    }

    fn consume(&self, options: Consume) -> BoxFuture<'static, Result<Box<dyn Deliveries>, Error>> {
        let link = self.link.clone();
        in_runtime(&self.link, consume::consume(link, options))
    }
}

impl Nats {
    async fn store_task(&self, task: &Envelope, reply: Option<&str>) -> Result<Submitted, Error> {
        let payload = Bytes::from(task.encode());
        let limit = self.limits().task;
        if payload.len() > limit {
            let (bytes, limit) = (payload.len() as u64, limit as u64);
            return Err(RemoteError::too_large(Side::Caller, bytes, limit).into());
        }
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", task.id.as_str());
        if let Some(reply) = reply {
            headers.insert(REPLY, reply);
        }
        let subject = self.link.namespace.task(&task.queue, &task.id);
        match self.link.store(&subject, &headers, &payload).await? {
            Ok(stored) if stored.duplicate => Ok(Submitted::Duplicate),
            Ok(_) => Ok(Submitted::New),
            Err(error)
                if error.err_code == code::STORE_FAILED
                    && error.description.contains("per subject") =>
            {
                Ok(Submitted::Duplicate)
            }
            Err(error) => Err(error.into_error()),
        }
    }
}

impl Link {
    async fn cancel(&self, id: &TaskId) -> Result<(), Error> {
        if !self.is_queued(id).await? {
            // It may have been submitted a moment ago.
            sleep(ELECTION).await;
            if !self.is_queued(id).await? {
                return Ok(());
            }
        }
        let outcome = Outcome::failed(Error::Cancelled).encode().into();
        // A worker that has it in its queue finds the outcome; one that runs it is told.
        if let Kept::New = self.keep(id, &outcome).await? {
            self.publish(&self.namespace.cancel(id.as_str()), &Bytes::new()).await?;
            self.client.flush().await.map_err(RemoteError::unavailable)?;
        }
        Ok(())
    }
}
