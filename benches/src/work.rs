//! The work of jobs, and of callers between them.

use crate::system::thread_cpu;
use std::hint;
use std::thread;
use std::time::{Duration, Instant};

/// A kind of work.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// No work.
    Nothing,
    /// Computes for this long on the thread's own CPU clock: a thread that shares its core still
    /// does all of the work.
    Compute(Duration),
    /// Blocks the thread for this long.
    Sleep(Duration),
    /// Blocks the thread for up to twice this long.
    SleepAbout(Duration),
}

impl Work {
    /// Does the work; random times come from `random`.
    pub fn run(self, random: &mut Random) {
        match self {
            Self::Nothing => {}
            Self::Compute(time) => compute(time),
            Self::Sleep(time) => thread::sleep(time),
            Self::SleepAbout(time) => thread::sleep((time * 2).mul_f64(random.fraction())),
        }
    }

    /// How long the work takes on an idle machine.
    #[must_use]
    pub fn duration(self) -> Duration {
        match self {
            Self::Nothing => Duration::ZERO,
            Self::Compute(time) | Self::Sleep(time) | Self::SleepAbout(time) => time,
        }
    }
}

/// Burns this much CPU time.
pub fn compute(time: Duration) {
    let clock = Instant::now();
    let now = || thread_cpu().unwrap_or_else(|| clock.elapsed());
    let end = now() + time;
    while now() < end {
        // A few hundred nanoseconds between two readings of the clock, each a system call.
        for _ in 0..100 {
            hint::black_box(());
        }
    }
}

/// The same numbers in every run (xorshift).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Starts anywhere but at 0.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) | 1 << 32)
    }

    /// Uniform in 0..1.
    pub fn fraction(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_takes_its_time() {
        let start = Instant::now();
        compute(Duration::from_millis(5));
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn chance_is_fair_and_repeats() {
        let draw = || {
            let mut random = Random::new(7);
            (0..1000).map(|_| random.fraction()).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        let mean = draw().iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
