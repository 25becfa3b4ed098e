//! The rows of the table: one piece of work each, the same for every peer.

mod batches;
mod burst;
mod chain;
mod computers;
mod idle;
mod queued;
mod round_trip;
mod sleepers;
mod submitters;
mod tasks;
mod together;
mod trickle;

pub use self::chain::{CHAINS, Chain};
use crate::measure::{Figures, Metric};
use crate::peers::{
    Affinity, Asyncify, Floor, Peer, PeerId, Rayon, Settings, Smol, Threadpool, Tokio,
};
use crate::runtime::Flavor;
use std::time::Duration;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in files and arguments.
    pub name: &'static str,
    /// What is done, in the words of the table.
    pub title: &'static str,
    /// Where it runs.
    pub process: Process,
    /// Who takes part.
    pub peers: &'static [PeerId],
    /// On which runtimes.
    pub flavors: &'static [Flavor],
    /// What the tables show of it.
    pub metrics: &'static [Metric],
    work: Work,
}

/// In which process a sample is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// In the one of all the others, with pools that are warm.
    Shared,
    /// In a fresh one, with a pool that has run a single job.
    Fresh {
        /// Keeps the whole process on one core.
        pinned: bool,
        /// The most threads of the pool.
        threads: Option<usize>,
        /// How long its idle threads stay.
        keep_alive: Option<Duration>,
    },
}

impl Process {
    const FRESH: Self = Self::Fresh { pinned: false, threads: None, keep_alive: None };

    const fn with_threads(threads: usize) -> Self {
        Self::Fresh { pinned: false, threads: Some(threads), keep_alive: None }
    }

    /// How the pools of this process are to be.
    #[must_use]
    pub fn settings(self) -> Settings {
        match self {
            Self::Shared => Settings::default(),
            Self::Fresh { threads, keep_alive, .. } => Settings { threads, keep_alive },
        }
    }
}

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As the table has it.
    Full,
    /// A little, to see that it works.
    Quick,
}

impl Scale {
    /// Its name in arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Quick => "quick",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Full, Self::Quick].into_iter().find(|scale| scale.name() == name)
    }

    /// So many, or a twentieth.
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
    Sleepers,
    Computers,
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
/// Those whose threads come and go.
const ELASTIC: &[PeerId] = &[PeerId::Tokio, PeerId::Smol, PeerId::Asyncify];
const ALL: &[PeerId] = &PeerId::ALL;
const BOTH: &[Flavor] = &Flavor::ALL;
/// Where the runtime plays no part.
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

    /// Whether it belongs to the table of calls one after the other.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        matches!(self.work, Work::Chain(_))
    }

    fn of_chain(chain: Chain) -> Self {
        Self {
            name: chain.name,
            title: chain.title,
            process: Process::Fresh { pinned: chain.pinned, threads: None, keep_alive: None },
            peers: ELASTIC,
            flavors: BOTH,
            metrics: TIMES,
            work: Work::Chain(chain),
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
                // Without a pool there is no hop to be measured: the threads alone make one.
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
            Work::Sleepers => sleepers::sample(peer, scale).await,
            Work::Computers => computers::sample(peer, scale).await,
            Work::Chain(chain) => chain.sample(peer, scale).await,
        }
    }
}

/// Makes the pool of a peer as this process is to have it.
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

const ROWS: &[Row] = &[
    Row {
        name: "together",
        title: "50,000 empty jobs awaited together, a job",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: COSTS,
        work: Work::Together,
    },
    Row {
        name: "tasks",
        title: "50,000 empty jobs in a spawned task each, a job",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: COSTS,
        work: Work::Tasks,
    },
    Row {
        name: "batches",
        title: "tokio's own benchmark: 16 tasks x 100 batches x 16 jobs, a job",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: COSTS,
        work: Work::Batches,
    },
    Row {
        name: "submitters-8",
        title: "8 tasks with a call after the other, a job",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: COSTS,
        work: Work::Submitters(8),
    },
    Row {
        name: "submitters-64",
        title: "64 tasks with a call after the other, a job",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: COSTS,
        work: Work::Submitters(64),
    },
    Row {
        name: "round-trip",
        title: "one call after the other",
        process: Process::Shared,
        peers: ALL,
        flavors: BOTH,
        metrics: &[Metric::RoundTrip, Metric::Cpu, Metric::Allocations],
        work: Work::RoundTrip,
    },
    Row {
        name: "burst",
        title: "400 jobs of 5 ms arrive at once",
        process: Process::FRESH,
        peers: POOLS,
        flavors: BOTH,
        metrics: &[Metric::SubmitMean, Metric::SubmitP99, Metric::Done],
        work: Work::Burst,
    },
    Row {
        name: "trickle",
        title: "160 short jobs a second for 2 s, after a burst on 100 threads, keep-alive 1 s",
        process: Process::Fresh {
            pinned: false,
            threads: None,
            keep_alive: Some(Duration::from_secs(1)),
        },
        peers: ELASTIC,
        flavors: ONE,
        metrics: &[Metric::Threads],
        work: Work::Trickle,
    },
    Row {
        name: "idle",
        title: "5 s without any job",
        process: Process::FRESH,
        peers: ELASTIC,
        flavors: ONE,
        metrics: &[Metric::Switches],
        work: Work::Idle,
    },
    Row {
        name: "queued",
        title: "1,000,000 jobs wait behind 4 threads, a job",
        process: Process::with_threads(queued::THREADS),
        peers: POOLS,
        flavors: ONE,
        metrics: &[Metric::Bytes, Metric::Wall, Metric::Growth],
        work: Work::Queued,
    },
    Row {
        name: "sleepers",
        title: "1,000 jobs of 200 us asleep, at most 64 threads",
        process: Process::with_threads(64),
        peers: POOLS,
        flavors: BOTH,
        metrics: &[Metric::Done],
        work: Work::Sleepers,
    },
    Row {
        name: "computers",
        title: "2,000 jobs of 50 us computed, a job",
        process: Process::FRESH,
        peers: POOLS,
        flavors: BOTH,
        metrics: TIMES,
        work: Work::Computers,
    },
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
