//! A stall: a poll that blocks its thread.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handle::Config;
use super::thread_state::ThreadState;
use super::watch::WatchInfo;

/// A poll that has blocked its thread for longer than the threshold of its
/// [`Watchdog`](super::Watchdog).
///
/// It is displayed as, for example:
/// `load (src/main.rs:15:10) blocks thread main for 104 ms: sleeping in clock_nanosleep`.
#[derive(Clone)]
pub struct Stall {
    /// The watchdog whose threshold was exceeded.
    watchdog: Arc<Config>,
    task: Arc<WatchInfo>,
    thread_state: Arc<ThreadState>,
    since: Instant,
    duration: Duration,
    over: bool,
    activity: Option<String>,
}

impl Stall {
    pub(super) fn new(
        watchdog: Arc<Config>,
        task: Arc<WatchInfo>,
        thread_state: Arc<ThreadState>,
        since: Instant,
        duration: Duration,
    ) -> Self {
        Self { watchdog, task, thread_state, since, duration, over: false, activity: None }
    }

    /// Returns the name of the watched future, if one was [set](super::Watched::named).
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.task.name.as_deref()
    }

    /// Returns the location of the call to [`watch`](super::Watchdog::watch) or `layer`.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.task.location
    }

    /// Returns the name of the blocked thread.
    #[must_use]
    pub fn thread_name(&self) -> Option<&str> {
        self.thread_state.thread.name.as_deref()
    }

    /// Returns the id of the blocked thread, for debuggers and `/proc`. Only on Linux.
    #[must_use]
    pub fn thread_id(&self) -> Option<u32> {
        self.thread_state.thread.id
    }

    /// Returns how long the poll has lasted so far, or its total duration if the stall is over.
    ///
    /// The duration is counted from the first scan that found the poll, up to a quarter of the
    /// threshold after its start, so the poll lasted at least this long.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns `true` if the poll has returned.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Returns what the blocked thread is doing: `running`, or its state and system call as far as
    /// the kernel reports them. Only on Linux.
    #[must_use]
    pub fn activity(&self) -> Option<&str> {
        self.activity.as_deref()
    }

    #[cfg(feature = "console")]
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    pub(super) fn watchdog(&self) -> &Config {
        &self.watchdog
    }

    pub(super) fn task(&self) -> &WatchInfo {
        &self.task
    }

    pub(super) fn record_activity(&mut self) {
        self.activity = self.thread_state.thread.activity();
    }

    /// Marks the stall as over.
    pub(super) fn end(&mut self, now: Instant) {
        self.duration = now.saturating_duration_since(self.since);
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
            (None, None) => f.write_str("(unnamed)")?,
        }
        write!(f, " for {} ms", self.duration.as_millis())?;
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
            .field("duration", &self.duration)
            .field("over", &self.over)
            .field("activity", &self.activity)
            .finish_non_exhaustive()
    }
}
