//! How the engine is connected and configured.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError};
use asyncify_runtime::Error;
use asyncify_runtime::remote::RemoteError;
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::inbox::Inbox;
use crate::layout::{self, Creation, Namespace};
use crate::link::{Link, code};
use crate::nats::Nats;

/// The room that a server's message must have.
const MIN_PAYLOAD: usize = 64 * 1024;

/// Configures the connection to the servers, and what is created there.
///
/// Made by [`Nats::builder`].
#[derive(Clone)]
#[must_use = "a builder does nothing before `connect`"]
pub struct Builder {
    servers: String,
    options: ConnectOptions,
    credentials: Option<PathBuf>,
    namespace: String,
    creation: Creation,
    create: bool,
    timeout: Duration,
}

impl fmt::Debug for Builder {
    /// Without servers and credentials, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("namespace", &self.namespace)
            .field("creation", &self.creation)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new(servers: String) -> Self {
        Self {
            servers,
            options: ConnectOptions::new(),
            credentials: None,
            namespace: "default".to_owned(),
            creation: Creation {
                replicas: 1,
                max_bytes: None,
                result_ttl: Duration::from_secs(60 * 60),
                dead_ttl: Duration::from_secs(30 * 24 * 60 * 60),
                lease: Duration::from_secs(30),
            },
            create: true,
            timeout: Duration::from_secs(10),
        }
    }

    /// Separates programs that share servers: the streams and subjects of each namespace have its
    /// name.
    ///
    /// As the name of a queue: at most 64 ASCII letters, digits, `_` and `-`. Default: `default`.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = name.into();
        self
    }

    /// Authenticates with a user and a password.
    pub fn user(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.options = self.options.user_and_password(user.into(), password.into());
        self
    }

    /// Authenticates with a token.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.options = self.options.token(token.into());
        self
    }

    /// Authenticates with the seed of an nkey.
    pub fn nkey(mut self, seed: impl Into<String>) -> Self {
        self.options = self.options.nkey(seed.into());
        self
    }

    /// Authenticates with a credentials file, which has a JWT and the seed of its nkey.
    pub fn credentials_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.credentials = Some(path.into());
        self
    }

    /// Refuses connections without TLS.
    pub fn require_tls(mut self) -> Self {
        self.options = self.options.require_tls(true);
        self
    }

    /// Trusts the certificates of a PEM file, instead of the system's.
    pub fn root_certificates(mut self, path: impl Into<PathBuf>) -> Self {
        self.options = self.options.add_root_certificates(path.into());
        self
    }

    /// Presents a certificate to the servers; both are PEM files.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.options = self.options.add_client_certificate(certificate.into(), key.into());
        self
    }

    /// How many servers of a cluster store each task and outcome. Default: 1.
    ///
    /// This and the other options of what is stored hold for streams that do not exist yet; those
    /// that exist keep theirs, which `nats stream edit` changes.
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.creation.replicas = replicas;
        self
    }

    /// The bytes that tasks, outcomes and dead letters may each take; a task that has no room is
    /// refused with [`StoreFull`](RemoteError::StoreFull). Default: the limits of the server and
    /// the account.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.creation.max_bytes = Some(bytes);
        self
    }

    /// How long outcomes are kept. Default: one hour.
    pub fn result_ttl(mut self, time: Duration) -> Self {
        self.creation.result_ttl = time;
        self
    }

    /// How long dead letters are kept. Default: 30 days.
    pub fn dead_ttl(mut self, time: Duration) -> Self {
        self.creation.dead_ttl = time;
        self
    }

    /// How long a worker that is not heard of keeps its tasks, before they are delivered to another
    /// one. Default: 30 seconds.
    ///
    /// Workers renew their leases while tasks run, so it does not limit how long they run.
    pub fn lease(mut self, time: Duration) -> Self {
        self.creation.lease = time;
        self
    }

    /// Creates nothing in the servers: [`connect`](Self::connect) fails if the streams do not
    /// exist.
    pub fn existing_only(mut self) -> Self {
        self.create = false;
        self
    }

    /// How long a request is repeated before it fails with
    /// [`Unavailable`](RemoteError::Unavailable), for example while the connection is cut or a
    /// leader is elected. Default: 10 seconds.
    pub fn request_timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Connects to a server, and creates what does not exist.
    ///
    /// Must be called within a tokio runtime, on which the connection then lives. The connection is
    /// renewed whenever it is lost.
    ///
    /// # Errors
    ///
    /// - [`Unavailable`](RemoteError::Unavailable) if no server answers, or it has no JetStream;
    /// - [`Denied`](RemoteError::Denied) if it refuses the credentials;
    /// - [`Layout`](RemoteError::Layout) if its streams belong to another version of this crate, or
    ///   to another program;
    /// - [`Name`](RemoteError::Name) if the namespace cannot be one.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn connect(self) -> Result<Nats, Error> {
        let runtime = Handle::current();
        let namespace = Namespace::new(self.namespace)?;
        let inbox = Inbox::new(&namespace.replies());
        let (made, connections) = watch::channel(0);
        let mut options = self.options.name("asyncify");
        if let Some(path) = self.credentials {
            options = options.credentials_file(path).await.map_err(|error| {
                RemoteError::denied(format_args!("the credentials file cannot be read: {error}"))
            })?;
        }
        let options = options.event_callback({
            let inbox = inbox.clone();
            move |event| {
                handle(&event, &inbox, &made);
                std::future::ready(())
            }
        });
        let servers = servers(&self.servers)?;
        let client = options.connect(servers).await.map_err(|error| refused(error.kind()))?;
        if client.max_payload() < MIN_PAYLOAD {
            let detail = format!("the server's max_payload is less than {MIN_PAYLOAD} bytes");
            return Err(RemoteError::unavailable(detail).into());
        }
        let replies = client
            .subscribe(inbox.subject())
            .await
            .map_err(|error| RemoteError::unavailable(error.kind()))?;
        runtime.spawn(inbox.clone().dispatch(replies));
        let link = Link {
            client,
            namespace,
            creation: self.creation,
            inbox,
            connections,
            timeout: self.timeout,
            runtime,
        };
        link.prepare(self.create).await?;
        Ok(Nats::new(Arc::new(link)))
    }
}

/// Several servers are separated by commas.
fn servers(list: &str) -> Result<Vec<ServerAddr>, Error> {
    // The error has no address: it may contain a password.
    let parsed: Result<Vec<ServerAddr>, _> = list.split(',').map(|s| s.trim().parse()).collect();
    parsed.map_err(|_| RemoteError::unavailable("the URL of a server cannot be read").into())
}

/// Without the source, which may contain what was refused.
fn refused(kind: ConnectErrorKind) -> Error {
    match kind {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            RemoteError::denied("the server refuses the credentials").into()
        }
        ConnectErrorKind::Tls => RemoteError::denied(
            "no TLS connection: the server has none, or a certificate is not trusted",
        )
        .into(),
        kind => RemoteError::unavailable(format_args!("no connection to a server: {kind}")).into(),
    }
}

fn handle(event: &Event, inbox: &Inbox, made: &watch::Sender<u64>) {
    match event {
        Event::Connected => made.send_modify(|count| *count += 1),
        Event::ServerError(ServerError::Other(text)) => {
            // `Permissions Violation for Publish to "subject"`
            let mut words = text.split('"');
            if let (Some(what), Some(subject)) = (words.next(), words.next())
                && what.to_ascii_lowercase().starts_with("permissions violation")
            {
                let verb = if what.contains("Subscription") { "receive" } else { "send" };
                let detail = format!("the user may not {verb} {subject}");
                inbox.fail(subject, &RemoteError::denied(detail).into());
            }
        }
        _ => {}
    }
}

#[derive(Deserialize)]
struct Info {
    config: Description,
}

#[derive(Deserialize)]
struct Description {
    description: Option<String>,
}

impl Link {
    /// Checks the streams, and creates those that do not exist.
    async fn prepare(&self, create: bool) -> Result<(), Error> {
        for (name, config) in self.creation.streams(&self.namespace) {
            let info = format!("STREAM.INFO.{name}");
            let mut found = self.api::<Info>(&info, &Value::Null).await?;
            if let Err(error) = &found
                && error.err_code == code::STREAM_NOT_FOUND
                && create
            {
                found = self.api(&format!("STREAM.CREATE.{name}"), &config).await?;
                // Another program has created it meanwhile, with other options.
                if let Err(error) = &found
                    && error.err_code == code::STREAM_EXISTS
                {
                    found = self.api(&info, &Value::Null).await?;
                }
            }
            let found = found.map_err(|error| match error.err_code {
                code::STREAM_NOT_FOUND => RemoteError::unavailable(format_args!(
                    "there is no stream {name}: create it with `asyncify-nats create`"
                ))
                .into(),
                _ => error.into_error(),
            })?;
            layout::check(found.config.description.as_deref())?;
        }
        Ok(())
    }
}
