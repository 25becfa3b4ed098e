//! A poll that blocks its thread, as it is told.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handle::Config;
use super::lane::Lane;
use super::watch::Known;

/// A poll that has blocked its thread for longer than the threshold of its
/// [`Watchdog`](super::Watchdog).
///
/// Its text says all of it:
/// `load (src/main.rs:15:10) blocks thread main for 104 ms: sleeping in clock_nanosleep`.
#[derive(Clone)]
pub struct Stall {
    /// Whose threshold has passed.
    watchdog: Arc<Config>,
    task: Arc<Known>,
    lane: Arc<Lane>,
    since: Instant,
    length: Duration,
    over: bool,
    activity: Option<String>,
}

impl Stall {
    pub(super) fn new(
        watchdog: Arc<Config>,
        task: Arc<Known>,
        lane: Arc<Lane>,
        since: Instant,
        length: Duration,
    ) -> Self {
        Self { watchdog, task, lane, since, length, over: false, activity: None }
    }

    /// The name of the watched future, if it was [given one](super::Watched::named).
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.task.name.as_deref()
    }

    /// Where it was told to be watched.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.task.location
    }

    /// The name of the thread that is blocked.
    #[must_use]
    pub fn thread_name(&self) -> Option<&str> {
        self.lane.thread().name()
    }

    /// The number of that thread for debuggers and `/proc`, on Linux.
    #[must_use]
    pub fn thread_id(&self) -> Option<u32> {
        self.lane.thread().id()
    }

    /// How long the poll has lasted so far, or lasted in all when the stall is over.
    ///
    /// Counted from the first look that found it, which comes up to a quarter of the threshold
    /// after its begin: the poll lasted for at least so long.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Whether the poll has returned.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What the thread is doing while it is stuck, on Linux: "running", or how it waits and in
    /// which system call, as far as the kernel tells.
    #[must_use]
    pub fn activity(&self) -> Option<&str> {
        self.activity.as_deref()
    }

    pub(super) fn watchdog(&self) -> &Config {
        &self.watchdog
    }

    pub(super) fn task(&self) -> &Known {
        &self.task
    }

    pub(super) fn look_closer(&mut self) {
        self.activity = self.lane.thread().activity();
    }

    /// The poll has returned.
    pub(super) fn end(&mut self, now: Instant) {
        self.length = now.saturating_duration_since(self.since);
        self.over = true;
    }
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name().unwrap_or("a task");
        let location = self.location();
        let verb = if self.over { "blocked" } else { "blocks" };
        write!(f, "{name} ({location}) {verb} thread ")?;
        match (self.thread_name(), self.thread_id()) {
            (Some(name), _) => f.write_str(name)?,
            (None, Some(id)) => write!(f, "{id}")?,
            (None, None) => f.write_str("without a name")?,
        }
        write!(f, " for {} ms", self.length.as_millis())?;
        match &self.activity {
            Some(activity) => write!(f, ": {activity}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stall")
            .field("name", &self.name())
            .field("location", &self.location())
            .field("thread_name", &self.thread_name())
            .field("thread_id", &self.thread_id())
            .field("length", &self.length)
            .field("over", &self.over)
            .field("activity", &self.activity)
            .finish_non_exhaustive()
    }
}
