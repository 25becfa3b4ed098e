//! The watchdog and its builder.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::metrics::{Counters, WatchdogMetrics};
use super::monitor;
use super::stall::Stall;
use super::watch::Watch;
use super::watched::Watched;
#[cfg(feature = "metrics")]
use crate::util::drop_quietly;

pub(super) const THRESHOLD: Duration = Duration::from_millis(100);

type Callback = Box<dyn Fn(&Stall) + Send + Sync>;

pub(super) struct Config {
    pub(super) threshold: Duration,
    pub(super) on_stall: Option<Callback>,
    pub(super) on_stall_over: Option<Callback>,
    pub(super) counters: Counters,
}

impl Config {
    pub(super) fn new(threshold: Duration) -> Self {
        Self { threshold, on_stall: None, on_stall_over: None, counters: Counters::default() }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("threshold", &self.threshold).finish_non_exhaustive()
    }
}

/// Detects tasks that block the event loop, and reports them while they block.
///
/// Each poll of a future should return quickly; a future that sleeps, waits for a lock or computes
/// within a poll holds up all other tasks of its thread. Lints find calls that are known to block.
/// The watchdog finds the others at run time, and reports the task, its location, its thread, the
/// duration of the stall and, on Linux, what the thread is doing ("sleeping in clock_nanosleep").
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
/// Clones are handles to the same watchdog. Futures are watched until they are dropped, even if all
/// handles are dropped earlier.
///
/// # Reports
///
/// Each stall is reported twice: when it has lasted for the threshold, and with its total duration
/// when it is over. Reports are passed to [`on_stall`](WatchdogBuilder::on_stall) and
/// [`on_stall_over`](WatchdogBuilder::on_stall_over). With the feature `tracing`, they are also
/// emitted as events of level `WARN`, to the subscriber and in the span of the watched task. If
/// there is neither a callback nor a subscriber, reports are written to standard error.
///
/// # Watched polls
///
/// The watchdog measures the polls of the futures that are passed to [`watch`](Self::watch) and,
/// with the feature `tower`, of all requests under its layer. Usually whole tasks are watched:
/// `tokio::spawn(watchdog.watch(task))`. If watched futures are nested, the outermost poll is
/// measured, and the report names the innermost future that is being polled. tokio's hooks around
/// all polls, `on_before_task_poll` and `on_after_task_poll`, are not used, because they require
/// `--cfg tokio_unstable`.
///
/// # Limitations
///
/// - Reports do not include the stack of the blocked thread. Reading it would require a signal
///   handler or another process, and neither is safe code. While the thread is blocked, a debugger
///   can be attached to the thread in the report.
/// - Code outside of watched futures, such as the destructor of a runtime, is not watched.
/// - Code within tokio's `block_in_place` is reported as well, although it holds up only its own
///   task.
///
/// # Costs
///
/// A watched poll costs two atomic exchanges on a word of its thread, about 10 ns. One thread
/// serves all watchdogs. It scans the threads four times per smallest threshold while watched
/// futures are polled, parks when no watched future was polled for two thresholds, and exits when
/// no futures are watched.
#[derive(Clone, Debug)]
pub struct Watchdog {
    pub(super) config: Arc<Config>,
}

impl Watchdog {
    /// Creates a watchdog with a threshold of 100 ms, which reports through `tracing` or to
    /// standard error.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder to configure a watchdog.
    pub fn builder() -> WatchdogBuilder {
        WatchdogBuilder { config: Config::new(THRESHOLD) }
    }

    /// Watches every poll of `future`.
    ///
    /// Reports contain the location of this call, and the name that was set with
    /// [`Watched::named`].
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    #[track_caller]
    pub fn watch<F>(&self, future: F) -> Watched<F> {
        Watched::new(future, Watch::new(Arc::clone(&self.config), None, Location::caller()))
    }

    /// Returns the current counts of stalls.
    #[must_use]
    pub fn metrics(&self) -> WatchdogMetrics {
        self.config.counters.metrics()
    }

    /// Returns a function that reads the metrics, until nothing can be watched any more.
    #[cfg(feature = "metrics")]
    pub(crate) fn metrics_reader(
        &self,
    ) -> impl Fn() -> Option<WatchdogMetrics> + Send + Sync + use<> {
        let config = Arc::downgrade(&self.config);
        move || {
            let config = config.upgrade()?;
            let metrics = config.counters.metrics();
            // The watchdog may have ended in between, and functions of the user with it.
            drop_quietly(config);
            Some(metrics)
        }
    }
}

impl Default for Watchdog {
    fn default() -> Self {
        Self::new()
    }
}

/// Configures a [`Watchdog`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct WatchdogBuilder {
    config: Config,
}

impl WatchdogBuilder {
    /// Sets how long a poll may take before it is reported as a stall.
    ///
    /// The default is 100 ms. The watchdog scans the threads four times per threshold, but at most
    /// a thousand times a second. A stall is reported when it has lasted for between one and one
    /// and a half thresholds.
    pub fn threshold(mut self, threshold: Duration) -> Self {
        self.config.threshold = threshold;
        self
    }

    /// Sets a function that is called for each stall, while the task is blocked.
    ///
    /// The function runs on the thread of the watchdog, which detects no other stalls in the
    /// meantime, so it should return quickly. A panic of the function is caught.
    pub fn on_stall(mut self, f: impl Fn(&Stall) + Send + Sync + 'static) -> Self {
        self.config.on_stall = Some(Box::new(f));
        self
    }

    /// Sets a function that is called when a reported stall is over.
    ///
    /// It runs on the same thread as that of [`on_stall`](Self::on_stall).
    pub fn on_stall_over(mut self, f: impl Fn(&Stall) + Send + Sync + 'static) -> Self {
        self.config.on_stall_over = Some(Box::new(f));
        self
    }

    /// Creates the watchdog. Its thread is started by the first watched poll.
    #[must_use]
    pub fn build(self) -> Watchdog {
        let config = Arc::new(self.config);
        monitor::global().add_config(&config);
        Watchdog { config }
    }
}
