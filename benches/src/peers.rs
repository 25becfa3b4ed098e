//! The pools that are compared: ours, and the alternatives.
//!
//! There is one of each in the process, with its default settings unless [`Settings`] changes them.
//! It is used as its documentation shows.

mod affinity;
mod asyncify;
mod floor;
mod rayon;
mod smol;
mod threadpool;
mod tokio;

pub use self::affinity::Affinity;
pub use self::asyncify::Asyncify;
pub use self::floor::Floor;
pub use self::rayon::Rayon;
pub(crate) use self::smol::MAX_THREADS;
pub use self::smol::Smol;
pub use self::threadpool::Threadpool;
pub use self::tokio::Tokio;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A pool that runs closures for async callers.
pub trait Peer: Copy + Send + Sync + 'static {
    /// Creates the pool with these settings, before its first use.
    fn prepare(settings: Settings);

    /// A call that the caller awaits.
    fn call<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static;

    /// A call that has been submitted when this returns.
    fn spawn<F, T>(self, f: F) -> impl Future<Output = T> + Send + 'static
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.call(f)
    }

    /// The call of a function that does nothing.
    fn empty(self) -> impl Future<Output = ()> + Send + 'static {
        self.call(|| std::hint::black_box(()))
    }
}

/// The settings of the pools in this process; without them, each pool has its own defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// The number of threads, or the maximum if the number changes.
    pub threads: Option<usize>,
    /// The keep-alive of idle threads, if the pool has such a setting.
    pub keep_alive: Option<Duration>,
}

/// The peers by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum PeerId {
    /// tokio's `spawn_blocking`.
    Tokio,
    /// smol's `blocking::unblock`.
    Smol,
    /// `tokio_rayon::spawn`.
    Rayon,
    /// `affinitypool`.
    Affinity,
    /// `threadpool`, with a oneshot channel for the result.
    Threadpool,
    /// No pool: the work is done inline.
    Floor,
    /// Ours.
    Asyncify,
}

impl PeerId {
    /// All of them, in the order of the tables' columns.
    pub const ALL: [Self; 7] = [
        Self::Tokio,
        Self::Smol,
        Self::Rayon,
        Self::Affinity,
        Self::Threadpool,
        Self::Floor,
        Self::Asyncify,
    ];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Smol => "blocking",
            Self::Rayon => "tokio-rayon",
            Self::Affinity => "affinitypool",
            Self::Threadpool => "threadpool",
            Self::Floor => "floor",
            Self::Asyncify => "asyncify",
        }
    }
}
