//! The connection to the server, and requests over it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, HeaderMap, Message, StatusCode};
use asyncify_runtime::Error;
use asyncify_runtime::remote::RemoteError;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::inbox::{Inbox, Slot};
use crate::layout::{Creation, Namespace};

/// A request is sent again if there is no reply for this time. All of them are idempotent.
const RESEND: Duration = Duration::from_secs(2);

/// The pause before a request is repeated for which there is no leader yet, or no message.
pub(crate) const ELECTION: Duration = Duration::from_millis(100);

/// What all parts of the engine share.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) namespace: Namespace,
    pub(crate) creation: Creation,
    pub(crate) inbox: Arc<Inbox>,
    /// Counts the connections that were made.
    pub(crate) connections: watch::Receiver<u64>,
    pub(crate) timeout: Duration,
    /// The runtime of the connection.
    pub(crate) runtime: Handle,
}

/// An error that the server has answered with.
#[derive(Debug, Deserialize)]
pub(crate) struct ApiError {
    #[serde(default)]
    pub(crate) err_code: u64,
    #[serde(default)]
    pub(crate) description: String,
}

/// The codes of errors that have a meaning here.
pub(crate) mod code {
    pub(crate) const CONSUMER_NOT_FOUND: u64 = 10014;
    pub(crate) const STREAM_NOT_FOUND: u64 = 10059;
    pub(crate) const STREAM_EXISTS: u64 = 10058;
    pub(crate) const WRONG_LAST_SEQUENCE: u64 = 10071;
    pub(crate) const STORE_FAILED: u64 = 10077;
    /// The cluster has no leader yet, or not enough servers for the replicas.
    pub(super) const NOT_YET: [u64; 2] = [10008, 10005];
    /// Of the account, the server's memory and its disk.
    pub(super) const NO_ROOM: [u64; 5] = [10002, 10023, 10028, 10047, STORE_FAILED];
    /// JetStream is off, for the server or the account.
    pub(super) const DISABLED: [u64; 2] = [10039, 10076];
}

impl ApiError {
    pub(crate) fn into_error(self) -> Error {
        let Self { err_code, description, .. } = self;
        if code::NO_ROOM.contains(&err_code) {
            RemoteError::store_full(description).into()
        } else if code::DISABLED.contains(&err_code) {
            RemoteError::denied(description).into()
        } else {
            RemoteError::unavailable(format_args!("{description} (error {err_code})")).into()
        }
    }
}

/// A reply of JetStream's interface.
#[derive(Debug, Deserialize)]
struct Reply<T> {
    error: Option<ApiError>,
    #[serde(flatten)]
    value: Option<T>,
}

/// The acknowledgement of a stored message.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    #[serde(default)]
    pub(crate) duplicate: bool,
}

impl Link {
    /// Sends a request, again and again until there is a reply or the time is over.
    pub(crate) async fn request(
        &self,
        subject: &str,
        headers: &HeaderMap,
        payload: &Bytes,
    ) -> Result<Message, Error> {
        let limit = Instant::now() + self.timeout;
        let mut connections = self.connections.clone();
        loop {
            connections.mark_unchanged();
            let mut slot = self.inbox.slot(subject);
            // It waits while there is no connection and the buffer is full.
            timeout_at(limit, self.send(subject, Some(&slot), headers, payload))
                .await
                .map_err(|_| self.no_reply(subject))??;
            let resend = (Instant::now() + RESEND).min(limit);
            tokio::select! {
                reply = slot.reply() => match reply {
                    None => return Err(closed()),
                    Some(Err(error)) => return Err(error),
                    Some(Ok(reply)) if reply.status == Some(StatusCode::NO_RESPONDERS) => {
                        if Instant::now() + ELECTION >= limit {
                            return Err(no_responders(subject));
                        }
                        sleep(ELECTION).await;
                    }
                    Some(Ok(reply)) => return Ok(reply),
                },
                changed = connections.changed() => changed.map_err(|_| closed())?,
                () = sleep_until(resend) => {
                    if resend == limit {
                        return Err(self.no_reply(subject));
                    }
                }
            }
        }
    }

    async fn send(
        &self,
        subject: &str,
        slot: Option<&Slot>,
        headers: &HeaderMap,
        payload: &Bytes,
    ) -> Result<(), Error> {
        let (subject, payload) = (subject.to_owned(), payload.clone());
        let sent = match (slot.map(Slot::subject), headers.is_empty()) {
            (None, true) => self.client.publish(subject, payload).await,
            (None, false) => {
                self.client.publish_with_headers(subject, headers.clone(), payload).await
            }
            (Some(reply), true) => self.client.publish_with_reply(subject, reply, payload).await,
            (Some(reply), false) => {
                let headers = headers.clone();
                self.client.publish_with_reply_and_headers(subject, reply, headers, payload).await
            }
        };
        sent.map_err(|error| RemoteError::unavailable(error.kind()).into())
    }

    /// Sends a message that has no reply.
    pub(crate) async fn publish(&self, subject: &str, payload: &Bytes) -> Result<(), Error> {
        let none = HeaderMap::new();
        let sending = self.send(subject, None, &none, payload);
        timeout_at(Instant::now() + self.timeout, sending)
            .await
            .map_err(|_| self.no_reply(subject))?
    }

    /// Stores a message in the stream of its subject.
    pub(crate) async fn store(
        &self,
        subject: &str,
        headers: &HeaderMap,
        payload: &Bytes,
    ) -> Result<Result<Stored, ApiError>, Error> {
        self.retried(|| async { parse(&self.request(subject, headers, payload).await?) }).await
    }

    /// A request to JetStream's interface, whose subject is `$JS.API.NAME`.
    pub(crate) async fn api<T: for<'a> Deserialize<'a>>(
        &self,
        name: &str,
        request: &Value,
    ) -> Result<Result<T, ApiError>, Error> {
        let subject = format!("$JS.API.{name}");
        let payload = if request.is_null() { Bytes::new() } else { request.to_string().into() };
        let none = HeaderMap::new();
        self.retried(|| async { parse(&self.request(&subject, &none, &payload).await?) }).await
    }

    /// Repeats a request while the cluster is not ready for it.
    async fn retried<T, F>(
        &self,
        mut request: impl FnMut() -> F,
    ) -> Result<Result<T, ApiError>, Error>
    where
        F: Future<Output = Result<Result<T, ApiError>, Error>>,
    {
        let limit = Instant::now() + self.timeout;
        loop {
            match request().await? {
                Err(error) if code::NOT_YET.contains(&error.err_code) && Instant::now() < limit => {
                    sleep(ELECTION).await;
                }
                other => return Ok(other),
            }
        }
    }

    /// The last message of a subject, from any replica; `None` if there is none.
    pub(crate) async fn last(&self, stream: &str, subject: &str) -> Result<Option<Message>, Error> {
        let request = format!("$JS.API.DIRECT.GET.{stream}.{subject}");
        let message = self.request(&request, &HeaderMap::new(), &Bytes::new()).await?;
        match message.status {
            None | Some(StatusCode::OK) => Ok(Some(message)),
            Some(StatusCode::NOT_FOUND) => Ok(None),
            Some(status) => Err(RemoteError::unavailable(format_args!(
                "the server refuses to look for an outcome: {status}"
            ))
            .into()),
        }
    }

    fn no_reply(&self, subject: &str) -> Error {
        let detail = match self.client.connection_state() {
            async_nats::connection::State::Connected => {
                format!("no reply from the server within {:?} to {subject}", self.timeout)
            }
            _ => format!("no connection to a server for {:?}", self.timeout),
        };
        RemoteError::unavailable(detail).into()
    }
}

fn parse<T: for<'a> Deserialize<'a>>(message: &Message) -> Result<Result<T, ApiError>, Error> {
    let unreadable = || RemoteError::protocol("a reply of the server cannot be read");
    let reply: Reply<T> = serde_json::from_slice(&message.payload).map_err(|_| unreadable())?;
    match reply {
        Reply { error: Some(error), .. } => Ok(Err(error)),
        Reply { value: Some(value), .. } => Ok(Ok(value)),
        Reply { .. } => Err(unreadable().into()),
    }
}

pub(crate) fn closed() -> Error {
    RemoteError::unavailable("the connection was closed, or its runtime has ended").into()
}

fn no_responders(subject: &str) -> Error {
    let detail = if subject.starts_with("$JS.API.INFO") || subject.starts_with("$JS.API.STREAM") {
        "the server has no JetStream: start it with `nats-server -js`".to_owned()
    } else {
        format!("nothing in the server receives {subject}: were its streams deleted?")
    };
    RemoteError::unavailable(detail).into()
}
