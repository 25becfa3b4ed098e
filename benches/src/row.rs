//! The rows of the tables: a piece of work each, the same for every peer.

mod batches;
mod burst;
mod chain;
mod idle;
mod queued;
mod round_trip;
mod submitters;
mod tasks;
mod together;
mod trickle;
mod work;

pub use self::chain::{CHAINS, Chain};
use crate::measure::{Figures, Metric};
use crate::peers::{
    Affinity, Asyncify, Floor, Peer, PeerId, Rayon, Settings, Smol, Threadpool, Tokio,
};
use crate::runtime::Flavor;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in files and arguments.
    pub name: &'static str,
    /// Its title in the tables.
    pub title: &'static str,
    /// Where it runs.
    pub process: Process,
    /// The pools that are compared.
    pub peers: &'static [PeerId],
    /// The runtimes of the callers.
    pub flavors: &'static [Flavor],
    /// The figures in the tables.
    pub metrics: &'static [Metric],
    work: Work,
}

/// The process in which a sample is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// The process of all other samples, with warm pools.
    Shared,
    /// A fresh process, with a pool that has run a single job.
    Fresh {
        /// Keeps the whole process on one core.
        pinned: bool,
        /// The maximum number of threads of the pool.
        threads: Option<usize>,
        /// The keep-alive of its idle threads.
        keep_alive: Option<Duration>,
    },
}

impl Process {
    const FRESH: Self = Self::Fresh { pinned: false, threads: None, keep_alive: None };

    const fn with_threads(threads: usize) -> Self {
        Self::Fresh { pinned: false, threads: Some(threads), keep_alive: None }
    }

    /// The settings of the pools in this process.
    #[must_use]
    pub fn settings(self) -> Settings {
        match self {
            Self::Shared => Settings::default(),
            Self::Fresh { threads, keep_alive, .. } => Settings { threads, keep_alive },
        }
    }
}

/// The amount of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Scale {
    /// As in the tables.
    Full,
    /// A little, as a check that it works.
    Quick,
}

impl Scale {
    /// `full`, or a twentieth of it.
    #[must_use]
    pub fn of(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.div_ceil(20),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Together,
    Tasks,
    Batches,
    Submitters(usize),
    RoundTrip,
    Burst,
    Trickle,
    Idle,
    Queued,
    /// A number of jobs that compute or sleep.
    Jobs(usize, crate::work::Work),
    Chain(Chain),
}

const POOLS: &[PeerId] = &[
    PeerId::Tokio,
    PeerId::Smol,
    PeerId::Rayon,
    PeerId::Affinity,
    PeerId::Threadpool,
    PeerId::Asyncify,
];
/// The pools whose number of threads changes.
const ELASTIC: &[PeerId] = &[PeerId::Tokio, PeerId::Smol, PeerId::Asyncify];
const ALL: &[PeerId] = &PeerId::ALL;
const BOTH: &[Flavor] = &Flavor::ALL;
/// For rows that do not depend on the runtime.
const ONE: &[Flavor] = &[Flavor::MultiThread];
const TIMES: &[Metric] = &[Metric::Wall, Metric::Cpu];
const COSTS: &[Metric] = &[Metric::Wall, Metric::Cpu, Metric::Allocations];

impl Row {
    /// All rows, in the table's order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ROWS.iter().copied().chain(CHAINS.iter().map(|chain| Self::of_chain(*chain))).collect()
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|row| row.name == name)
    }

    /// Whether it belongs to the table of sequential calls.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        matches!(self.work, Work::Chain(_))
    }

    fn of_chain(chain: Chain) -> Self {
        Self {
            process: Process::Fresh { pinned: chain.pinned, threads: None, keep_alive: None },
            peers: ELASTIC,
            ..fresh(chain.name, chain.title, Work::Chain(chain))
        }
    }

    /// Takes one sample, on a runtime.
    pub async fn sample(self, peer: PeerId, scale: Scale) -> Figures {
        match peer {
            PeerId::Tokio => self.sample_of(Tokio, scale).await,
            PeerId::Smol => self.sample_of(Smol, scale).await,
            PeerId::Rayon => self.sample_of(Rayon, scale).await,
            PeerId::Affinity => self.sample_of(Affinity, scale).await,
            PeerId::Threadpool => self.sample_of(Threadpool, scale).await,
            PeerId::Floor => match self.work {
                // Without a pool a call does not change threads, so two bare threads are measured.
                Work::RoundTrip => round_trip::ping_pong(scale),
                _ => self.sample_of(Floor, scale).await,
            },
            PeerId::Asyncify => self.sample_of(Asyncify, scale).await,
        }
    }

    async fn sample_of<P: Peer>(self, peer: P, scale: Scale) -> Figures {
        match self.work {
            Work::Together => together::sample(peer, scale).await,
            Work::Tasks => tasks::sample(peer, scale).await,
            Work::Batches => batches::sample(peer, scale).await,
            Work::Submitters(submitters) => submitters::sample(peer, scale, submitters).await,
            Work::RoundTrip => round_trip::sample(peer, scale).await,
            Work::Burst => burst::sample(peer, scale).await,
            Work::Trickle => trickle::sample(peer, scale).await,
            Work::Idle => idle::sample(peer, scale).await,
            Work::Queued => queued::sample(peer, scale).await,
            Work::Jobs(jobs, work) => work::sample(peer, scale, jobs, work).await,
            Work::Chain(chain) => chain.sample(peer, scale).await,
        }
    }
}

/// Runs tasks concurrently until all have completed.
async fn run_all<F>(tasks: impl Iterator<Item = F>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        task.await.expect("the job does not panic");
    }
}

/// Creates the pool of a peer with the settings of this process.
pub fn prepare(peer: PeerId, settings: Settings) {
    match peer {
        PeerId::Tokio => Tokio::prepare(settings),
        PeerId::Smol => Smol::prepare(settings),
        PeerId::Rayon => Rayon::prepare(settings),
        PeerId::Affinity => Affinity::prepare(settings),
        PeerId::Threadpool => Threadpool::prepare(settings),
        PeerId::Floor => Floor::prepare(settings),
        PeerId::Asyncify => Asyncify::prepare(settings),
    }
}

/// A row of the shared process.
const fn shared(name: &'static str, title: &'static str, work: Work) -> Row {
    let process = Process::Shared;
    Row { name, title, process, peers: ALL, flavors: BOTH, metrics: COSTS, work }
}

/// A row of fresh processes.
const fn fresh(name: &'static str, title: &'static str, work: Work) -> Row {
    let process = Process::FRESH;
    Row { name, title, process, peers: POOLS, flavors: BOTH, metrics: TIMES, work }
}

const ROWS: &[Row] = &[
    shared("together", "50,000 empty jobs awaited together, per job", Work::Together),
    shared("tasks", "50,000 empty jobs each in a spawned task, per job", Work::Tasks),
    shared(
        "batches",
        "tokio's own benchmark: 16 tasks x 100 batches x 16 jobs, per job",
        Work::Batches,
    ),
    shared("submitters-8", "8 tasks with sequential calls, per call", Work::Submitters(8)),
    shared("submitters-64", "64 tasks with sequential calls, per call", Work::Submitters(64)),
    Row {
        metrics: &[Metric::RoundTrip, Metric::Cpu, Metric::Allocations],
        ..shared("round-trip", "sequential calls", Work::RoundTrip)
    },
    Row {
        metrics: &[Metric::SubmitMean, Metric::SubmitP99, Metric::Done],
        ..fresh("burst", "400 jobs of 5 ms arrive at once", Work::Burst)
    },
    Row {
        process: Process::Fresh {
            pinned: false,
            threads: None,
            keep_alive: Some(Duration::from_secs(1)),
        },
        peers: ELASTIC,
        flavors: ONE,
        metrics: &[Metric::Threads],
        ..fresh(
            "trickle",
            "160 short jobs a second for 2 s, after a burst on 100 threads, keep-alive 1 s",
            Work::Trickle,
        )
    },
    Row {
        peers: ELASTIC,
        flavors: ONE,
        metrics: &[Metric::Switches],
        ..fresh("idle", "5 s without any job", Work::Idle)
    },
    Row {
        process: Process::with_threads(queued::THREADS),
        flavors: ONE,
        metrics: &[Metric::Bytes, Metric::Wall, Metric::Growth],
        ..fresh("queued", "1,000,000 jobs wait behind 4 threads, per job", Work::Queued)
    },
    Row {
        process: Process::with_threads(64),
        metrics: &[Metric::Done],
        ..fresh(
            "sleepers",
            "1,000 jobs of 200 us asleep, at most 64 threads",
            Work::Jobs(1_000, crate::work::Work::Sleep(Duration::from_micros(200))),
        )
    },
    fresh(
        "computers",
        "2,000 jobs of 50 us computed, per job",
        Work::Jobs(2_000, crate::work::Work::Compute(Duration::from_micros(50))),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_found() {
        let rows = Row::all();
        let names: BTreeSet<_> = rows.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), rows.len());
        assert!(names.iter().all(|name| Row::named(name).is_some()));
    }
}
