//! The functions that remote workers can run, and their registry.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use super::names::TaskName;
use crate::error::Error;
use crate::error::remote::RemoteError;
use crate::process::{Codec, Task};

/// A function that remote workers can run.
///
/// Created by the attribute, in a static beside the function. The name identifies it in all
/// programs.
pub struct RemoteTask {
    name: &'static str,
    /// The same function, as worker processes find it.
    task: &'static Task,
}

impl RemoteTask {
    /// The name is checked when it is used, as that of a function is its path if it has no other.
    #[must_use]
    pub const fn new(name: &'static str, task: &'static Task) -> Self {
        Self { name, task }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn task(&self) -> &'static Task {
        self.task
    }
}

/// Registers a task.
pub struct RemoteRegistration(pub &'static RemoteTask);

inventory::collect!(RemoteRegistration);

type Registry = HashMap<&'static str, &'static RemoteTask>;

/// The tasks of this program by name; all names are valid, and no two are the same.
pub(super) fn registry() -> Result<&'static Registry, Error> {
    static REGISTRY: OnceLock<Result<Registry, Error>> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        by_name(
            inventory::iter::<RemoteRegistration>.into_iter().map(|registration| registration.0),
        )
    });
    registry.as_ref().map_err(Clone::clone)
}

fn by_name(all: impl Iterator<Item = &'static RemoteTask>) -> Result<Registry, Error> {
    let mut tasks = Registry::new();
    for task in all {
        TaskName::new(task.name)?;
        if tasks.insert(task.name, task).is_some() {
            return Err(RemoteError::SameName { task: task.name.to_owned() }.into());
        }
    }
    Ok(tasks)
}

/// The options of a function.
#[derive(Clone, Copy)]
pub struct Options {
    pub(super) codec: Codec,
    pub(super) queue: &'static str,
    pub(super) timeout: Option<Duration>,
    pub(super) retries: u32,
    pub(super) backoff: Duration,
    pub(super) at_most_once: bool,
    pub(super) detached: bool,
}

#[expect(
    clippy::must_use_candidate,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "for generated code"
)]
impl Options {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            codec: Codec::MessagePack,
            queue: "default",
            timeout: None,
            retries: 3,
            backoff: Duration::from_secs(1),
            at_most_once: false,
            detached: false,
        }
    }

    /// Sets the queue.
    pub const fn queue(self, queue: &'static str) -> Self {
        Self { queue, ..self }
    }

    /// Limits the time of an attempt.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sets how many attempts may follow the first.
    pub const fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Sets the time before the second attempt.
    pub const fn backoff(self, backoff: Duration) -> Self {
        Self { backoff, ..self }
    }

    /// Acknowledges the task before it runs.
    pub const fn at_most_once(self) -> Self {
        Self { at_most_once: true, ..self }
    }

    /// The task is not cancelled when the future is dropped.
    pub const fn detached(self) -> Self {
        Self { detached: true, ..self }
    }

    /// Encodes with postcard.
    #[cfg(feature = "postcard")]
    pub const fn postcard(self) -> Self {
        Self { codec: Codec::Postcard, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TASK: Task = Task::new("task", ("task.rs", 1, 1), |_| unreachable!("it is never run"));
    static ONE: RemoteTask = RemoteTask::new("one.v1", &TASK);
    static OTHER: RemoteTask = RemoteTask::new("other.v1", &TASK);
    static ANOTHER_ONE: RemoteTask = RemoteTask::new("one.v1", &TASK);

    #[test]
    fn a_path_that_cannot_be_a_name_is_an_error() {
        static UMLAUT: RemoteTask = RemoteTask::new("größe", &TASK);
        let error = by_name([&UMLAUT].into_iter()).map(|tasks| tasks.len());
        assert!(matches!(error, Err(Error::Remote(RemoteError::Name { .. }))), "{error:?}");
    }

    #[test]
    fn two_functions_of_one_name_are_an_error() {
        assert_eq!(by_name([&ONE, &OTHER].into_iter()).map(|tasks| tasks.len()), Ok(2));
        let error = by_name([&ONE, &OTHER, &ANOTHER_ONE].into_iter()).map(|tasks| tasks.len());
        assert_eq!(error, Err(RemoteError::SameName { task: "one.v1".to_owned() }.into()));
    }
}
