//! A watchdog and its settings.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::keeper;
use super::stall::Stall;
use super::watch::Watch;
use super::watched::Watched;

pub(super) const THRESHOLD: Duration = Duration::from_millis(100);

type Listener = Box<dyn Fn(&Stall) + Send + Sync>;

pub(super) struct Config {
    threshold: Duration,
    pub(super) on_stall: Option<Listener>,
    pub(super) on_stall_over: Option<Listener>,
}

impl Config {
    pub(super) fn threshold(&self) -> Duration {
        self.threshold
    }

    #[cfg(all(test, not(asyncify_shuttle)))]
    pub(super) fn silent(threshold: Duration) -> Self {
        Self { threshold, on_stall: None, on_stall_over: None }
    }
}

/// Tells of a task that blocks the event loop, while it blocks.
///
/// A future has to return from each poll soon; one that sleeps, waits for a lock or computes holds
/// up every other task of its thread. Lints find the calls that are known to block; the watchdog
/// finds the rest, as they happen: which task, where it was made, on which thread, since when, and
/// on Linux what the thread is doing ("sleeping in clock_nanosleep").
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use asyncify_runtime::Watchdog;
///
/// let (sender, receiver) = mpsc::channel();
/// let watchdog = Watchdog::builder()
///     .threshold(Duration::from_millis(20))
///     .on_stall(move |stall| {
///         println!("{stall}"); // load (src/main.rs:15:10) blocks thread main for 21 ms: ..
///         let _ = sender.send(stall.name().map(str::to_owned));
///     })
///     .build();
///
/// let load = async move {
///     receiver.recv() // blocks, until the watchdog has noticed
/// };
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let name = watchdog.watch(load).named("load").await;
/// assert_eq!(name.unwrap().as_deref(), Some("load"));
/// # });
/// # }
/// ```
///
/// Clones are one watchdog, and it watches for as long as what it watches is there, whatever
/// becomes of the handles.
///
/// # Reports
///
/// Each stall is told twice: when it has lasted for the threshold, and when it is over, with its
/// length. Reports go to [`on_stall`](WatchdogBuilder::on_stall) and
/// [`on_stall_over`](WatchdogBuilder::on_stall_over); with the feature `tracing` also to the
/// subscriber of the watched task, as events of level `WARN` within its span. Where there is
/// neither, they are written to standard error.
///
/// # Which polls
///
/// Those of the futures that are told to [`watch`](Self::watch), and with the feature `tower` those
/// of each request under its layer. It makes sense on whole tasks,
/// `tokio::spawn(watchdog.watch(task))`: inside of one another the outermost poll is measured, and
/// the report names the innermost future that is being polled. tokio has hooks around the polls of
/// all tasks, `on_before_task_poll` and `on_after_task_poll`, but only in programs that are
/// built with `--cfg tokio_unstable`; nothing here depends on them.
///
/// # What it cannot tell
///
/// - The stack of the stuck thread: it takes a signal handler or another process to look at it, and
///   neither is safe code. A debugger can be attached to the thread that the report names, while it
///   is stuck.
/// - What blocks outside of watched futures, such as the destructor of a runtime.
/// - Whether the runtime helps itself: a body under tokio's `block_in_place` holds up only its own
///   task, and is reported all the same.
///
/// # Costs
///
/// A watched poll costs two atomic exchanges on a word of its thread, about 10 ns. One thread
/// serves all watchdogs; it looks every quarter of the least threshold while watched futures are
/// polled, parks when none was for two thresholds, and ends when nothing is watched.
#[derive(Clone)]
pub struct Watchdog {
    pub(super) config: Arc<Config>,
}

impl Watchdog {
    /// Makes a watchdog with a threshold of 100 ms, that reports by `tracing` or to standard error.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Starts to set one up.
    pub fn builder() -> WatchdogBuilder {
        WatchdogBuilder {
            config: Config { threshold: THRESHOLD, on_stall: None, on_stall_over: None },
        }
    }

    /// Watches every poll of `future`.
    ///
    /// Reports give the place of this call, and the name of [`Watched::named`].
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    #[track_caller]
    pub fn watch<F>(&self, future: F) -> Watched<F> {
        Watched::new(future, Watch::new(Arc::clone(&self.config), None, Location::caller()))
    }
}

impl Default for Watchdog {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog")
            .field("threshold", &self.config.threshold)
            .finish_non_exhaustive()
    }
}

/// Sets up a [`Watchdog`].
#[must_use = "a builder does nothing until `build`"]
pub struct WatchdogBuilder {
    config: Config,
}

impl WatchdogBuilder {
    /// How long a poll may take: 100 ms, unless told.
    ///
    /// The watchdog looks four times in that time, but not more than a thousand times a second. A
    /// stall is told when it has lasted for between one and one and a half thresholds.
    pub fn threshold(mut self, threshold: Duration) -> Self {
        self.config.threshold = threshold;
        self
    }

    /// Calls `f` for each stall, while the task is stuck.
    ///
    /// On the thread of the watchdog, which looks at nothing else meanwhile: hand on what takes
    /// long. A panic in it ends the report and nothing more.
    pub fn on_stall(mut self, f: impl Fn(&Stall) + Send + Sync + 'static) -> Self {
        self.config.on_stall = Some(Box::new(f));
        self
    }

    /// Calls `f` when a stall that was reported is over, likewise.
    pub fn on_stall_over(mut self, f: impl Fn(&Stall) + Send + Sync + 'static) -> Self {
        self.config.on_stall_over = Some(Box::new(f));
        self
    }

    /// Makes the watchdog. Its thread starts at the first watched poll.
    #[must_use]
    pub fn build(self) -> Watchdog {
        let config = Arc::new(self.config);
        keeper::global().add_config(&config);
        Watchdog { config }
    }
}

impl fmt::Debug for WatchdogBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threshold = &self.config.threshold;
        f.debug_struct("WatchdogBuilder").field("threshold", threshold).finish_non_exhaustive()
    }
}
