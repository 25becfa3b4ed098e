//! The monitor: the thread that scans the states of all other threads, one for the process.

use std::io;
use std::sync::{Arc, LazyLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::handle::Config;
use super::report::{self, Report};
use super::stall::Stall;
use super::thread_state::{Scan, ThreadState};
use super::watch::{WatchInfo, Watches};
use crate::sync::{Condvar, Mutex, MutexGuard, wait_timeout};

/// The monitor stops scanning after this number of scans without a watched poll, that is, after two
/// thresholds, so that an event loop with occasional polls does not wake it for each of them.
pub(super) const IDLE_SCANS: u32 = 8;

/// Returns the monitor of the process.
pub(super) fn global() -> &'static Monitor {
    static GLOBAL: LazyLock<Monitor> = LazyLock::new(Monitor::new);
    &GLOBAL
}

pub(super) struct Monitor {
    state: Mutex<State>,
    /// Notified to wake a parked monitor, and when a stall has ended.
    condvar: Condvar,
    watches: Watches,
}

/// No user code runs under the lock of this state.
#[derive(Default)]
struct State {
    mode: Mode,
    entries: Vec<Entry>,
    /// The configurations whose thresholds determine the scan interval.
    configs: Vec<Weak<Config>>,
    /// Stalls that have ended, and whose end has not been reported.
    ended: Vec<Stall>,
    /// The number of consecutive scans without a watched poll.
    idle_scans: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// There is no thread.
    #[default]
    Stopped,
    /// The thread is parked.
    Parked,
    /// The thread scans at regular intervals.
    Scanning,
}

/// A watched thread, as the monitor sees it.
struct Entry {
    thread_state: Arc<ThreadState>,
    /// The poll that the last scan found.
    observation: Option<Observation>,
    /// Set from the report of a stall until its end.
    stall: Option<Stall>,
}

/// A poll that the monitor has found.
struct Observation {
    id: u64,
    watched: Arc<WatchInfo>,
    since: Instant,
}

impl Monitor {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            condvar: Condvar::new(),
            watches: Watches::new(),
        }
    }

    pub(super) fn watches(&self) -> &Watches {
        &self.watches
    }

    pub(super) fn add_config(&self, config: &Arc<Config>) {
        let mut state = self.lock();
        state.configs.retain(|config| config.strong_count() > 0);
        state.configs.push(Arc::downgrade(config));
    }

    pub(super) fn add_thread(&self, thread_state: Arc<ThreadState>) {
        self.lock().entries.push(Entry { thread_state, observation: None, stall: None });
    }

    pub(super) fn remove_thread(&self, thread_state: &Arc<ThreadState>) {
        self.lock().entries.retain(|entry| !Arc::ptr_eq(&entry.thread_state, thread_state));
    }

    /// Removes a watch. Removing the last one wakes a parked monitor, so that it stops.
    pub(super) fn remove_watch(&self, id: u64) {
        if self.watches.remove(id) && self.lock().mode == Mode::Parked {
            self.condvar.notify_one();
        }
    }

    /// Makes sure that the monitor scans. Returns `false` if its thread cannot be created.
    #[cold]
    pub(super) fn wake(&'static self) -> bool {
        self.wake_or(|| {
            let thread = std::thread::Builder::new().name("asyncify-watchdog".to_owned());
            thread.spawn(|| self.run()).map(drop)
        })
    }

    pub(super) fn wake_or(&self, spawn_thread: impl FnOnce() -> io::Result<()>) -> bool {
        let mut state = self.lock();
        match state.mode {
            Mode::Scanning => {}
            Mode::Parked => self.condvar.notify_one(),
            Mode::Stopped if spawn_thread().is_ok() => {}
            Mode::Stopped => return false,
        }
        state.mode = Mode::Scanning;
        state.idle_scans = 0;
        true
    }

    /// Records the end of a reported stall. Called on the thread that was blocked.
    #[cold]
    pub(super) fn stall_ended(&self, thread_state: &Arc<ThreadState>) {
        let now = Instant::now();
        let mut state = self.lock();
        let mut entries = state.entries.iter_mut();
        // The entry has a stall: the word is set to `REPORTED` only under this lock, with the
        // stall.
        let entry = entries.find(|entry| Arc::ptr_eq(&entry.thread_state, thread_state));
        if let Some(mut stall) = entry.and_then(|entry| entry.stall.take()) {
            stall.end(now);
            stall.watchdog().counters.ended(stall.duration());
            state.ended.push(stall);
            self.condvar.notify_one();
        }
    }

    /// The main loop of the monitor's thread.
    fn run(&self) {
        let mut state = self.lock();
        loop {
            if state.idle_scans >= IDLE_SCANS {
                self.stop_scanning(&mut state);
                state = self.park(state);
                if state.mode == Mode::Stopped {
                    return;
                }
            }
            let scan_interval = state.scan_interval();
            (state, _) = wait_timeout(&self.condvar, state, scan_interval);
            let reports = self.scan(&mut state, Instant::now());
            if !reports.is_empty() {
                drop(state);
                reports.into_iter().for_each(report::deliver);
                state = self.lock();
            }
        }
    }

    /// Parks or stops the monitor if no thread is in a watched poll (rule 3).
    fn stop_scanning(&self, state: &mut State) {
        // If a thread is in a poll, those already marked `UNMONITORED` wake the monitor once for
        // nothing.
        if state.entries.iter().all(|entry| entry.thread_state.stop_monitoring()) {
            state.mode = if self.watches.is_empty() { Mode::Stopped } else { Mode::Parked };
        } else {
            state.idle_scans = 0;
        }
    }

    /// Waits while the monitor is parked: until a watched poll starts, or the last watch is
    /// removed.
    fn park<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        while state.mode == Mode::Parked {
            if self.watches.is_empty() {
                state.mode = Mode::Stopped;
            } else {
                state = self.condvar.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state
    }

    /// Scans all threads once, and returns the reports to deliver.
    fn scan(&self, state: &mut State, now: Instant) -> Vec<Report> {
        let mut reports: Vec<_> = state.ended.drain(..).map(Report::Ended).collect();
        let mut active = !reports.is_empty();
        for entry in &mut state.entries {
            let scan = entry.thread_state.scan();
            active |= scan != Scan::Idle;
            match scan {
                Scan::Idle => entry.observation = None,
                Scan::New(id) => {
                    let watched = self.watches.get(id);
                    entry.observation =
                        watched.map(|watched| Observation { id, watched, since: now });
                }
                Scan::Seen => reports.extend(self.check_stall(entry, now).map(Report::Stalled)),
                Scan::Reported => {}
            }
        }
        state.idle_scans = if active { 0 } else { state.idle_scans + 1 };
        reports
    }

    /// Returns a stall if the observed poll has lasted for the threshold and has not ended.
    fn check_stall(&self, entry: &mut Entry, now: Instant) -> Option<Stall> {
        let Observation { id, watched, since } = entry.observation.as_ref()?;
        let duration = now.saturating_duration_since(*since);
        if duration < watched.config.threshold || !entry.thread_state.report(*id) {
            return None;
        }
        let innermost = match entry.thread_state.inner() {
            0 => None,
            inner => self.watches.get(inner),
        };
        let watchdog = Arc::clone(&watched.config);
        let task = innermost.unwrap_or_else(|| Arc::clone(watched));
        let stall = Stall::new(watchdog, task, Arc::clone(&entry.thread_state), *since, duration);
        stall.watchdog().counters.started();
        entry.stall = Some(stall.clone());
        Some(stall)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The time between two scans: a quarter of the smallest threshold, so that a stall is reported
    /// after between one and one and a half of its threshold.
    fn scan_interval(&self) -> Duration {
        let configs = self.configs.iter().filter_map(Weak::upgrade);
        let smallest = configs.map(|config| config.threshold).min();
        (smallest.unwrap_or(super::handle::THRESHOLD) / 4).max(Duration::from_millis(1))
    }
}

/// Single steps, for tests and models.
#[cfg(all(test, not(asyncify_shuttle)))]
impl Monitor {
    pub(super) fn scan_at(&self, now: Instant) -> Vec<Report> {
        self.scan(&mut self.lock(), now)
    }

    pub(super) fn try_stop_scanning(&self) -> Mode {
        let mut state = self.lock();
        self.stop_scanning(&mut state);
        state.mode
    }

    #[cfg(asyncify_loom)]
    pub(super) fn park_until_stopped(&self) {
        let mut state = self.lock();
        self.stop_scanning(&mut state);
        drop(self.park(state));
    }

    pub(super) fn mode(&self) -> Mode {
        self.lock().mode
    }
}
