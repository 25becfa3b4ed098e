//! Sequential calls, with callers and jobs that compute or sleep: the most common use. Its cost
//! depends on whether the other thread is awake.

use super::Scale;
use crate::measure::{Figures, Stopwatch};
use crate::peers::Peer;
use crate::work::{Random, Work};
use std::time::Duration;

/// A chain of sequential calls.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Keeps the whole process on one core.
    pub(super) pinned: bool,
    caller: Work,
    job: Work,
}

/// The rows of the table.
pub const CHAINS: &[Chain] = &[
    Chain::new("chain-0-0", "0 / 0", Work::Nothing, Work::Nothing),
    Chain::new("chain-20c-0", "20 us computed / 0", computed(20), Work::Nothing),
    Chain::new("chain-50c-0", "50 us computed / 0", computed(50), Work::Nothing),
    Chain::new("chain-100c-0", "100 us computed / 0", computed(100), Work::Nothing),
    Chain::new(
        "chain-100r-0",
        "100 us slept, random / 0",
        Work::SleepAbout(Duration::from_micros(100)),
        Work::Nothing,
    ),
    Chain::new("chain-0-10c", "0 / 10 us computed", Work::Nothing, computed(10)),
    Chain::new("chain-0-100c", "0 / 100 us computed", Work::Nothing, computed(100)),
    Chain::new("chain-0-50s", "0 / 50 us slept", Work::Nothing, slept(50)),
    Chain::new("chain-100s-100s", "100 us slept / 100 us slept", slept(100), slept(100)),
    Chain {
        pinned: true,
        ..Chain::new("chain-pinned", "pinned to one core, 0 / 0", Work::Nothing, Work::Nothing)
    },
];

const fn computed(micros: u64) -> Work {
    Work::Compute(Duration::from_micros(micros))
}

const fn slept(micros: u64) -> Work {
    Work::Sleep(Duration::from_micros(micros))
}

impl Chain {
    const fn new(name: &'static str, title: &'static str, caller: Work, job: Work) -> Self {
        Self { name, title, pinned: false, caller, job }
    }

    /// The name of its row.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(super) async fn sample<P: Peer>(self, peer: P, scale: Scale) -> Figures {
        let own_time = self.caller.duration() + self.job.duration();
        let calls = scale.of(if own_time.is_zero() { 20_000 } else { 2_000 });
        let mut random = Random::new(1);
        // The pool adapts to the load first.
        self.run(peer, calls / 4, &mut random).await;
        let watch = Stopwatch::start();
        self.run(peer, calls, &mut random).await;
        watch.stop(calls)
    }

    async fn run<P: Peer>(self, peer: P, calls: usize, random: &mut Random) {
        for _ in 0..calls {
            self.caller.run(random);
            match self.job {
                Work::Nothing => peer.empty().await,
                job => peer.call(move || job.run(&mut Random::new(1))).await,
            }
        }
    }
}
