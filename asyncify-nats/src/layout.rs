//! What the engine keeps in the server, and under which names.
//!
//! For a namespace `shop`:
//!
//! | name | content |
//! | --- | --- |
//! | stream `asyncify_shop_tasks`, subjects `asyncify.shop.task.QUEUE.ID` | tasks until they are settled |
//! | its consumers `QUEUE` | which of them are leased |
//! | bucket `asyncify_shop_outcomes`, keys `ID` | outcomes, for their time to live |
//! | stream `asyncify_shop_dead`, subjects `asyncify.shop.dead.QUEUE.ID` | dead letters |
//! | subjects `asyncify.shop.reply.CLIENT.N`, `.pull.CLIENT.N` | replies to one client |
//! | subject `asyncify.shop.reply.CLIENT.N` | the outcome of the task `CLIENTN`, when it is stored |
//! | subjects `asyncify.shop.cancel.ID`, `.ping` | messages to all workers |
//!
//! The description of each stream has the version of this layout.

use std::fmt;
use std::time::Duration;

use asyncify_runtime::Error;
use asyncify_runtime::remote::{self, QueueName, RemoteError, TaskId};
use serde_json::{Value, json};

/// The version of the layout.
const VERSION: &str = "1";

/// What the description of a stream starts with, before the version.
const DESCRIPTION: &str = "asyncify layout ";

/// How long the server recognizes a message that it gets twice.
const DUPLICATES: Duration = Duration::from_secs(120);

/// The characters of the name of a client, which the ids of its tasks start with.
pub(crate) const CLIENT_LENGTH: usize = 32;

/// Separates the programs that share a server.
#[derive(Clone, Debug)]
pub(crate) struct Namespace(remote::Namespace);

impl Namespace {
    /// Checks the name, as it becomes part of subjects.
    pub(crate) fn new(name: String) -> Result<Self, Error> {
        remote::Namespace::new(name).map(Self)
    }

    pub(crate) fn tasks(&self) -> String {
        format!("asyncify_{self}_tasks")
    }

    pub(crate) fn dead(&self) -> String {
        format!("asyncify_{self}_dead")
    }

    /// The stream of the bucket.
    pub(crate) fn outcomes(&self) -> String {
        format!("KV_asyncify_{self}_outcomes")
    }

    pub(crate) fn task(&self, queue: &QueueName, id: &TaskId) -> String {
        format!("asyncify.{self}.task.{queue}.{id}")
    }

    /// All tasks with this id.
    pub(crate) fn task_of_any_queue(&self, id: &TaskId) -> String {
        format!("asyncify.{self}.task.*.{id}")
    }

    pub(crate) fn tasks_of(&self, queue: &QueueName) -> String {
        format!("asyncify.{self}.task.{queue}.*")
    }

    /// The queue and the id in the subject of a task or of a dead letter.
    pub(crate) fn parse(subject: &str) -> Option<(QueueName, TaskId)> {
        let mut words = subject.rsplit('.');
        let id = TaskId::new(words.next()?).ok()?;
        Some((QueueName::new(words.next()?).ok()?, id))
    }

    pub(crate) fn dead_letter(&self, queue: &QueueName, id: &TaskId) -> String {
        format!("asyncify.{self}.dead.{queue}.{id}")
    }

    /// The key of an outcome, as a subject.
    pub(crate) fn outcome(&self, id: &TaskId) -> String {
        format!("$KV.asyncify_{self}_outcomes.{id}")
    }

    /// What the subjects of replies to callers start with. A worker replies to no others.
    pub(crate) fn replies(&self) -> String {
        format!("asyncify.{self}.reply.")
    }

    /// The subject that the server sends the outcome of a task to when it has stored it. A client
    /// that has made the id waits there.
    pub(crate) fn reply(&self, id: &TaskId) -> String {
        match id.as_str().split_at_checked(CLIENT_LENGTH) {
            Some((client, number)) if !number.is_empty() => {
                format!("asyncify.{self}.reply.{client}.{number}")
            }
            _ => format!("asyncify.{self}.reply.{id}"),
        }
    }

    pub(crate) fn pulls(&self) -> String {
        format!("asyncify.{self}.pull.")
    }

    pub(crate) fn cancel(&self, id: &str) -> String {
        format!("asyncify.{self}.cancel.{id}")
    }

    pub(crate) fn ping(&self) -> String {
        format!("asyncify.{self}.ping")
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The options of streams and consumers that do not exist yet.
#[derive(Clone, Debug)]
pub(crate) struct Creation {
    pub(crate) replicas: usize,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) result_ttl: Duration,
    pub(crate) dead_ttl: Duration,
    pub(crate) lease: Duration,
}

impl Creation {
    /// The name and the configuration of each stream.
    pub(crate) fn streams(&self, namespace: &Namespace) -> [(String, Value); 3] {
        let max_bytes = self.max_bytes.map_or(json!(-1), |bytes| json!(bytes));
        [
            self.stream(
                namespace.tasks(),
                &format!("asyncify.{namespace}.task.*.*"),
                json!({
                    "retention": "workqueue",
                    "max_bytes": max_bytes,
                    // One task for each id.
                    "max_msgs_per_subject": 1,
                    "discard_new_per_subject": true,
                    "allow_direct": true,
                    "duplicate_window": nanoseconds(self.result_ttl.min(DUPLICATES)),
                }),
            ),
            self.stream(
                namespace.outcomes(),
                &format!("$KV.asyncify_{namespace}_outcomes.>"),
                json!({
                    "max_age": nanoseconds(self.result_ttl),
                    "max_bytes": max_bytes,
                    "max_msgs_per_subject": 1,
                    "allow_direct": true,
                    "allow_rollup_hdrs": true,
                    "deny_delete": true,
                    "republish": {
                        "src": format!("$KV.asyncify_{namespace}_outcomes.*"),
                        // As `Namespace::reply` has it.
                        "dest": format!(
                            "asyncify.{namespace}.reply.{{{{SplitFromLeft(1,{CLIENT_LENGTH})}}}}"
                        ),
                    },
                    "duplicate_window": nanoseconds(self.result_ttl.min(DUPLICATES)),
                }),
            ),
            self.stream(
                namespace.dead(),
                &format!("asyncify.{namespace}.dead.*.*"),
                json!({
                    "max_age": nanoseconds(self.dead_ttl),
                    "max_bytes": max_bytes,
                    "max_msgs_per_subject": 1,
                    "allow_direct": true,
                    "duplicate_window": nanoseconds(self.dead_ttl.min(DUPLICATES)),
                }),
            ),
        ]
    }

    fn stream(&self, name: String, subjects: &str, other: Value) -> (String, Value) {
        let mut config = json!({
            "name": name,
            "description": format!("{DESCRIPTION}{VERSION}"),
            "subjects": [subjects],
            "storage": "file",
            "discard": "new",
            "num_replicas": self.replicas,
        });
        merge(&mut config, other);
        (name, config)
    }

    /// The request that creates the consumer of a queue.
    pub(crate) fn consumer(&self, namespace: &Namespace, queue: &QueueName) -> Value {
        json!({
            "stream_name": namespace.tasks(),
            "config": {
                "durable_name": queue.as_str(),
                "description": format!("{DESCRIPTION}{VERSION}"),
                "deliver_policy": "all",
                "ack_policy": "explicit",
                "ack_wait": nanoseconds(self.lease),
                // The worker counts attempts.
                "max_deliver": -1,
                // The workers' concurrency is the limit.
                "max_ack_pending": -1,
                "max_waiting": 8192,
                "filter_subject": namespace.tasks_of(queue),
                "replay_policy": "instant",
            },
        })
    }
}

fn merge(config: &mut Value, other: Value) {
    if let (Value::Object(config), Value::Object(other)) = (config, other) {
        config.extend(other);
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(i64::MAX as u64).min(i64::MAX as u64)
}

/// Checks the description of a stream or consumer.
pub(crate) fn check(description: Option<&str>) -> Result<(), Error> {
    let found = description.and_then(|text| text.strip_prefix(DESCRIPTION)).unwrap_or("none");
    if found == VERSION { Ok(()) } else { Err(RemoteError::layout(VERSION, found).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_one_word() {
        for name in ["", "a.b", "a*", ">", "a b", "a\n", &"n".repeat(65)] {
            let error = Namespace::new(name.to_owned()).unwrap_err().to_string();
            assert!(error.contains("cannot be the name of a namespace: "), "{error}");
        }
        assert!(Namespace::new("shop-2_b".to_owned()).is_ok());
    }

    #[test]
    fn subjects_of_tasks_can_be_parsed() {
        let namespace = Namespace::new("shop".to_owned()).unwrap();
        let (queue, id) = (QueueName::new("images").unwrap(), TaskId::new("42").unwrap());
        assert_eq!(Namespace::parse(&namespace.task(&queue, &id)), Some((queue, id)));
        assert_eq!(Namespace::parse("asyncify"), None);
    }

    #[test]
    fn other_versions_are_refused() {
        assert!(check(Some("asyncify layout 1")).is_ok());
        for other in [None, Some("orders"), Some("asyncify layout 2"), Some("asyncify layout 10")] {
            assert!(check(other).is_err(), "{other:?}");
        }
    }
}
