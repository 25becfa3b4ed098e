//! The thread that looks at the lanes, one for the process.

use std::io;
use std::sync::{Arc, LazyLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::handle::Config;
use super::lane::{Lane, Look};
use super::stall::Stall;
use super::tell::{self, News};
use super::watch::{Known, Watches};
use crate::sync::{Condvar, Mutex, MutexGuard, wait_timeout};

/// After so many looks that found nobody the keeper rests: two thresholds, so that a loop that is
/// polled now and then does not wake it each time.
pub(super) const QUIET: u32 = 8;

/// The keeper of the process.
pub(super) fn global() -> &'static Keeper {
    static GLOBAL: LazyLock<Keeper> = LazyLock::new(Keeper::new);
    &GLOBAL
}

pub(super) struct Keeper {
    state: Mutex<State>,
    /// Rung for a keeper that rests, and for a stall that is over.
    bell: Condvar,
    watches: Watches,
}

/// What the lock guards. Nothing of the user's runs under it, but the clone of an `Arc`.
struct State {
    mode: Mode,
    posts: Vec<Post>,
    /// Those whose thresholds set the pace.
    configs: Vec<Weak<Config>>,
    /// Stalls that have ended, to be told.
    over: Vec<Stall>,
    /// Looks in a row that found nobody.
    quiet: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// There is no thread.
    Away,
    /// The thread is parked.
    Resting,
    Looking,
}

/// A lane, and what the keeper remembers of it.
struct Post {
    lane: Arc<Lane>,
    /// The poll that the last look found.
    sight: Option<Sight>,
    /// There from the report of a stall until its end.
    stall: Option<Stall>,
}

struct Sight {
    id: u64,
    watched: Arc<Known>,
    since: Instant,
}

impl Keeper {
    pub(super) fn new() -> Self {
        let state = State {
            mode: Mode::Away,
            posts: Vec::new(),
            configs: Vec::new(),
            over: Vec::new(),
            quiet: 0,
        };
        Self { state: Mutex::new(state), bell: Condvar::new(), watches: Watches::new() }
    }

    pub(super) fn watches(&self) -> &Watches {
        &self.watches
    }

    pub(super) fn add_config(&self, config: &Arc<Config>) {
        let mut state = self.lock();
        state.configs.retain(|config| config.strong_count() > 0);
        state.configs.push(Arc::downgrade(config));
    }

    pub(super) fn add_lane(&self, lane: Arc<Lane>) {
        self.lock().posts.push(Post { lane, sight: None, stall: None });
    }

    pub(super) fn remove_lane(&self, lane: &Arc<Lane>) {
        self.lock().posts.retain(|post| !Arc::ptr_eq(&post.lane, lane));
    }

    /// Forgets a watch. A keeper that rests has nothing to wait for after the last one.
    pub(super) fn end_watch(&self, id: u64) {
        if self.watches.remove(id) && self.lock().mode == Mode::Resting {
            self.bell.notify_one();
        }
    }

    /// Makes sure that somebody looks. `false`: no thread can be had.
    #[cold]
    pub(super) fn wake(&'static self) -> bool {
        self.wake_or(|| {
            let thread = std::thread::Builder::new().name("asyncify-watchdog".to_owned());
            thread.spawn(|| self.keep()).map(drop)
        })
    }

    pub(super) fn wake_or(&self, hire: impl FnOnce() -> io::Result<()>) -> bool {
        let mut state = self.lock();
        match state.mode {
            Mode::Looking => {}
            Mode::Resting => self.bell.notify_one(),
            Mode::Away if hire().is_ok() => {}
            Mode::Away => return false,
        }
        state.mode = Mode::Looking;
        state.quiet = 0;
        true
    }

    /// Takes the end of a stall that was reported, on the thread that was stuck.
    #[cold]
    pub(super) fn over(&self, lane: &Arc<Lane>) {
        let now = Instant::now();
        let mut state = self.lock();
        let mut posts = state.posts.iter_mut();
        // It is there: the word says so since the lock was last held.
        let post = posts.find(|post| Arc::ptr_eq(&post.lane, lane));
        if let Some(mut stall) = post.and_then(|post| post.stall.take()) {
            stall.end(now);
            state.over.push(stall);
            self.bell.notify_one();
        }
    }

    /// The life of the thread.
    fn keep(&self) {
        let mut state = self.lock();
        loop {
            if state.quiet >= QUIET {
                self.rest(&mut state);
                state = self.park(state);
                if state.mode == Mode::Away {
                    return;
                }
            }
            let pace = state.pace();
            (state, _) = wait_timeout(&self.bell, state, pace);
            let news = self.look(&mut state, Instant::now());
            if !news.is_empty() {
                drop(state);
                news.into_iter().for_each(tell::tell);
                state = self.lock();
            }
        }
    }

    /// Rests if no thread is in a poll: 3 of the rules above.
    fn rest(&self, state: &mut State) {
        // Lanes that were left alone before one was found busy only ring once for nothing.
        if state.posts.iter().all(|post| post.lane.unmind()) {
            state.mode = if self.watches.is_empty() { Mode::Away } else { Mode::Resting };
        } else {
            state.quiet = 0;
        }
    }

    /// Waits for the end of the rest: somebody polls, or nothing is watched any more.
    fn park<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        while state.mode == Mode::Resting {
            if self.watches.is_empty() {
                state.mode = Mode::Away;
            } else {
                state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state
    }

    /// Looks at every lane once.
    fn look(&self, state: &mut State, now: Instant) -> Vec<News> {
        let mut news: Vec<_> = state.over.drain(..).map(News::Over).collect();
        let mut anybody = !news.is_empty();
        for post in &mut state.posts {
            let look = post.lane.look();
            anybody |= look != Look::Out;
            match look {
                Look::Out => post.sight = None,
                Look::Fresh(id) => {
                    let watched = self.watches.get(id);
                    post.sight = watched.map(|watched| Sight { id, watched, since: now });
                }
                Look::Seen => news.extend(self.seen(post, now).map(News::Stuck)),
                Look::Reported => {}
            }
        }
        state.quiet = if anybody { 0 } else { state.quiet + 1 };
        news
    }

    /// A stall, if the poll that was seen has lasted for long enough and is not over yet.
    fn seen(&self, post: &mut Post, now: Instant) -> Option<Stall> {
        let Sight { id, watched, since } = post.sight.as_ref()?;
        let length = now.saturating_duration_since(*since);
        if length < watched.config.threshold() || !post.lane.report(*id) {
            return None;
        }
        let innermost = match post.lane.inner() {
            0 => None,
            inner => self.watches.get(inner),
        };
        let watchdog = Arc::clone(&watched.config);
        let task = innermost.unwrap_or_else(|| Arc::clone(watched));
        let stall = Stall::new(watchdog, task, Arc::clone(&post.lane), *since, length);
        post.stall = Some(stall.clone());
        Some(stall)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The time between two looks: a quarter of the least threshold, so that a stall is told
    /// between one and one and a half of its own.
    fn pace(&self) -> Duration {
        let configs = self.configs.iter().filter_map(Weak::upgrade);
        let least = configs.map(|config| config.threshold()).min();
        (least.unwrap_or(super::handle::THRESHOLD) / 4).max(Duration::from_millis(1))
    }
}

/// Single steps, for tests and models.
#[cfg(all(test, not(asyncify_shuttle)))]
impl Keeper {
    pub(super) fn look_at(&self, now: Instant) -> Vec<News> {
        self.look(&mut self.lock(), now)
    }

    pub(super) fn try_rest(&self) -> Mode {
        let mut state = self.lock();
        self.rest(&mut state);
        state.mode
    }

    #[cfg(asyncify_loom)]
    pub(super) fn rest_to_the_end(&self) {
        let mut state = self.lock();
        self.rest(&mut state);
        drop(self.park(state));
    }

    pub(super) fn mode(&self) -> Mode {
        self.lock().mode
    }
}
