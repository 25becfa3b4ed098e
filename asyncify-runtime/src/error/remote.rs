//! Errors of remote tasks.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Error;
use super::process::Side;

/// The error of a remote task that has no result because of its queue, its engine or its worker.
///
/// A function that panicked, crashed, or had values that cannot be encoded or decoded has an
/// [`Error::Process`], whether or not its worker uses processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RemoteError {
    /// The program has installed no engine, and the function names none.
    NoEngine,
    /// An engine, or a carrier, is installed already.
    AlreadyInstalled,
    /// The engine cannot be reached. What was being submitted may have been accepted; to submit it
    /// again with the same id is safe.
    #[non_exhaustive]
    Unavailable {
        /// Why.
        detail: String,
    },
    /// The engine refuses the credentials, or they do not permit what was asked for.
    #[non_exhaustive]
    Denied {
        /// What it refuses.
        detail: String,
    },
    /// What the engine stores belongs to another version of it.
    #[non_exhaustive]
    Layout {
        /// The version of this program.
        expected: String,
        /// The version of what is stored.
        found: String,
    },
    /// A name or an id has characters or a length that are not allowed.
    #[non_exhaustive]
    Name {
        /// What it is the name of.
        kind: NameKind,
        /// The name, or the start of it.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Arguments or a result are longer than the engine can store.
    #[non_exhaustive]
    TooLarge {
        /// The caller for arguments, the worker for a result.
        side: Side,
        /// The encoded length.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The engine has no room for another task.
    #[non_exhaustive]
    StoreFull {
        /// Which limit is reached.
        detail: String,
    },
    /// No worker of the queue has the function.
    #[non_exhaustive]
    UnknownTask {
        /// Its name.
        task: String,
    },
    /// Two functions of the worker's program have the same name.
    #[non_exhaustive]
    SameName {
        /// The name.
        task: String,
    },
    /// The deadline passed before the task was started; it never runs.
    #[non_exhaustive]
    Expired {
        /// The function.
        task: String,
    },
    /// The function did not return in time.
    #[non_exhaustive]
    TimedOut {
        /// The function.
        task: String,
        /// How long the attempt ran.
        after: Duration,
    },
    /// The last attempt has failed, and the task is kept as a dead letter.
    #[non_exhaustive]
    Dead {
        /// The function.
        task: String,
        /// How often it was tried.
        attempts: u32,
        /// Why the last attempt failed; `None` if its worker died.
        cause: Option<Box<Error>>,
    },
    /// The engine knows no task with this id, for example because the time to live of its result is
    /// over.
    #[non_exhaustive]
    NoResult {
        /// The id.
        id: String,
    },
    /// The lease of a delivery has ended, and the task was given to another worker.
    LeaseLost,
    /// The engine returned something that cannot be read.
    #[non_exhaustive]
    Protocol {
        /// What.
        detail: String,
    },
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NameKind {
    /// A function.
    Task,
    /// A queue.
    Queue,
    /// The id of one task.
    Id,
    /// What separates the programs that share an engine.
    Namespace,
}

impl NameKind {
    pub(crate) const fn max_length(self) -> usize {
        match self {
            Self::Task => 200,
            Self::Queue | Self::Namespace => 64,
            Self::Id => 128,
        }
    }
}

/// For engines, which cannot construct the variants themselves.
impl RemoteError {
    /// [`Unavailable`](Self::Unavailable).
    pub fn unavailable(detail: impl fmt::Display) -> Self {
        Self::Unavailable { detail: detail.to_string() }
    }

    /// [`Denied`](Self::Denied).
    pub fn denied(detail: impl fmt::Display) -> Self {
        Self::Denied { detail: detail.to_string() }
    }

    /// [`Layout`](Self::Layout).
    pub fn layout(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::Layout { expected: expected.to_string(), found: found.to_string() }
    }

    /// [`StoreFull`](Self::StoreFull).
    pub fn store_full(detail: impl fmt::Display) -> Self {
        Self::StoreFull { detail: detail.to_string() }
    }

    /// [`TooLarge`](Self::TooLarge).
    #[must_use]
    pub fn too_large(side: Side, bytes: u64, limit: u64) -> Self {
        Self::TooLarge { side, bytes, limit }
    }

    /// [`NoResult`](Self::NoResult).
    pub fn no_result(id: impl fmt::Display) -> Self {
        Self::NoResult { id: id.to_string() }
    }

    /// [`Protocol`](Self::Protocol).
    pub fn protocol(detail: impl fmt::Display) -> Self {
        Self::Protocol { detail: detail.to_string() }
    }

    /// [`Name`](Self::Name), with the start of a name that is long.
    pub(crate) fn name(kind: NameKind, name: &str, detail: &str) -> Self {
        let name = name.chars().take(kind.max_length()).collect();
        Self::Name { kind, name, detail: detail.to_owned() }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEngine => f.write_str(
                "no engine for remote tasks: call `asyncify_runtime::remote::install(engine)` at the \
                 start of the program, or name one by `remote(engine = ..)`",
            ),
            Self::AlreadyInstalled => {
                f.write_str(
                "an engine or carrier of remote tasks is installed already: install it once, at the \
                 start of the program",
            )
            }
            Self::Unavailable { detail } => write!(f, "the engine cannot be reached: {detail}"),
            Self::Denied { detail } => write!(f, "the engine denies access: {detail}"),
            Self::Layout { expected, found } => write!(
                f,
                "what the engine stores has the layout version {found}, and this program expects \
                 {expected}: use programs of one version, or another namespace"
            ),
            Self::Name { kind, name, detail } => {
                let kind = match kind {
                    NameKind::Task => "name of a task",
                    NameKind::Queue => "name of a queue",
                    NameKind::Id => "id of a task",
                    NameKind::Namespace => "name of a namespace",
                };
                write!(f, "{name:?} cannot be the {kind}: {detail}")
            }
            Self::TooLarge { side, bytes, limit } => {
                let what = if *side == Side::Caller { "a task" } else { "a result" };
                write!(f, "{what} of {bytes} bytes exceeds the engine's limit of {limit}")
            }
            Self::StoreFull { detail } => write!(f, "the engine has no room: {detail}"),
            Self::UnknownTask { task } => write!(
                f,
                "no worker has the function `{task}`: deploy a worker that has it, and whose program \
                 names the crate it is in"
            ),
            Self::SameName { task } => write!(
                f,
                "two functions are named `{task}`: give one of them another name by `remote(name = ..)`"
            ),
            Self::Expired { task } => write!(f, "`{task}` was not started before its deadline"),
            Self::TimedOut { task, after } => write!(f, "`{task}` timed out after {after:?}"),
            Self::Dead { task, attempts, cause: Some(cause) } => {
                write!(f, "`{task}` has failed for good, in attempt {attempts}: {cause}")
            }
            Self::Dead { task, attempts, cause: None } => {
                write!(f, "`{task}` has failed for good: its worker died in each of {attempts} attempts")
            }
            Self::NoResult { id } => {
                write!(f, "there is no task `{id}`, or the time to live of its result is over")
            }
            Self::LeaseLost => f.write_str("the task was given to another worker"),
            Self::Protocol { detail } => write!(f, "the engine violated the protocol: {detail}"),
        }
    }
}

impl std::error::Error for RemoteError {}
