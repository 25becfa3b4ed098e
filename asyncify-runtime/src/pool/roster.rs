//! The roster: a place for every worker, and who of them may be called.
//!
//! Workers have numbers, the lowest free one first. They stand in banks, each made when it is
//! first needed and kept from then on, so that a number leads to its place without a lock. A bank
//! has two bitmaps: `taken`, the numbers in use, and `idle`, the workers that may be called. An
//! idle mark is set by its worker alone and cleared once by whoever calls (or by the worker, when
//! its patience ends), so that two jobs never count on the same worker.
//!
//! Calling the lowest number first keeps the same few workers warm and lets the others time out.

use super::counters::Counters;
use super::parker::Parker;
use crate::sync::{AtomicU64, Ordering};
use std::sync::OnceLock;

/// Workers in a bank; few where each of them takes long to make.
const WIDTH: usize = if cfg!(all(test, any(asyncify_loom, asyncify_shuttle))) {
    super::census::MOST_THREADS
} else if cfg!(miri) {
    8
} else {
    64
};

const BANKS: usize = super::census::MOST_THREADS.div_ceil(WIDTH);

pub(super) struct Roster {
    /// Filled from the front.
    banks: Box<[OnceLock<Box<Bank>>]>,
}

struct Bank {
    /// Written at every call; hence away from `taken`, which is read by nobody but who makes or
    /// ends a thread.
    idle: super::padded::CachePadded<AtomicU64>,
    taken: AtomicU64,
    slots: [Slot; WIDTH],
}

/// What belongs to one worker. A number that is free belongs to nobody; its counters stay.
#[repr(align(128))]
pub(super) struct Slot {
    pub(super) parker: Parker,
    pub(super) counters: Counters,
}

impl Roster {
    pub(super) fn new() -> Self {
        let roster = Self { banks: (0..BANKS).map(|_| OnceLock::new()).collect() };
        roster.bank(0);
        roster
    }

    /// Takes the lowest free number.
    ///
    /// There is one, or will be in a moment: the caller has counted its thread in the census, which
    /// admits no more than the roster has places, and who leaves frees count and number together.
    pub(super) fn enlist(&self) -> usize {
        loop {
            for (k, bank) in (0..BANKS).map(|k| (k, self.bank(k))) {
                // Relaxed: only a hint; the read-modify-write below decides.
                let mut taken = bank.taken.load(Ordering::Relaxed);
                while let Some(i) = lowest(!taken) {
                    // Acquire: pairs with the Release in `discharge`; the number's last worker has
                    // left its place.
                    taken = bank.taken.fetch_or(1 << i, Ordering::Acquire);
                    if taken & (1 << i) == 0 {
                        return k * WIDTH + i;
                    }
                }
            }
            // Every number was taken when it was looked at, one was freed behind us.
            crate::sync::hint::spin_loop();
        }
    }

    /// Frees the number of a worker that leaves.
    pub(super) fn discharge(&self, worker: usize) {
        let (bank, i) = self.place(worker);
        // Release: pairs with the Acquire in `enlist`.
        let before = bank.taken.fetch_and(!(1 << i), Ordering::Release);
        debug_assert!(before & (1 << i) != 0, "worker {worker} leaves twice");
    }

    /// Marks the worker as one that may be called. It may only do so once a rest: a second mark
    /// would revive one that was claimed.
    pub(super) fn set_idle(&self, worker: usize) {
        let (bank, i) = self.place(worker);
        // Release: pairs with the Acquire in `all_idle`, for the sake of what the worker's jobs
        // have written. To a claimer the mark says no more than that the worker will listen; the
        // queue, which the worker looks at next, stands behind a fence.
        let before = bank.idle.fetch_or(1 << i, Ordering::Release);
        debug_assert!(before & (1 << i) == 0, "worker {worker} is idle twice");
    }

    /// Takes the worker's own mark away. `false`: somebody has claimed it, and will tell us.
    #[must_use]
    pub(super) fn clear_idle(&self, worker: usize) -> bool {
        let (bank, i) = self.place(worker);
        // Relaxed: whoever makes use of the outcome is this worker, or waits for its claimer.
        bank.idle.fetch_and(!(1 << i), Ordering::Relaxed) & (1 << i) != 0
    }

    /// Claims the idle worker with the lowest number. The caller tells it something, soon.
    pub(super) fn claim(&self) -> Option<usize> {
        self.claim_from(0)
    }

    /// The same among the workers whose number is not below `first`.
    pub(super) fn claim_from(&self, first: usize) -> Option<usize> {
        for (k, bank) in self.made().enumerate().skip(first / WIDTH) {
            let among = if k == first / WIDTH { !0 << (first % WIDTH) } else { !0 };
            // Relaxed: who must see a mark stands behind a fence, and a mark that is not seen
            // belongs to a worker that will see the queue.
            let mut idle = bank.idle.load(Ordering::Relaxed);
            while let Some(i) = lowest(idle & among) {
                idle = bank.idle.fetch_and(!(1 << i), Ordering::Relaxed);
                if idle & (1 << i) != 0 {
                    return Some(k * WIDTH + i);
                }
            }
        }
        None
    }

    pub(super) fn any_idle(&self) -> bool {
        // Relaxed: read behind a fence.
        self.made().any(|bank| bank.idle.load(Ordering::Relaxed) != 0)
    }

    /// Whether every worker is idle, as far as one look at each bank after the other tells.
    pub(super) fn all_idle(&self) -> bool {
        self.made().all(|bank| {
            // Acquire: pairs with the Release in `set_idle`; the helpers that the worker has called
            // are among the taken.
            let idle = bank.idle.load(Ordering::Acquire);
            // Relaxed: the caller has looked at the token before, and looks again.
            idle == bank.taken.load(Ordering::Relaxed)
        })
    }

    pub(super) fn idle(&self) -> usize {
        // Acquire: pairs with the Release in `set_idle`, so that counters read afterwards tell of
        // idle workers that they run nothing.
        self.made().map(|bank| bank.idle.load(Ordering::Acquire).count_ones() as usize).sum()
    }

    pub(super) fn slot(&self, worker: usize) -> &Slot {
        let (bank, i) = self.place(worker);
        &bank.slots[i]
    }

    /// The places of all workers there ever were.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.made().flat_map(|bank| &bank.slots)
    }

    fn place(&self, worker: usize) -> (&Bank, usize) {
        (self.bank(worker / WIDTH), worker % WIDTH)
    }

    fn bank(&self, k: usize) -> &Bank {
        self.banks[k].get_or_init(|| Box::new(Bank::new()))
    }

    fn made(&self) -> impl Iterator<Item = &Bank> {
        self.banks.iter().map_while(|bank| bank.get().map(|bank| &**bank))
    }
}

impl Bank {
    fn new() -> Self {
        Self {
            idle: super::padded::CachePadded(AtomicU64::new(0)),
            taken: AtomicU64::new(0),
            slots: std::array::from_fn(|_| Slot {
                parker: Parker::new(),
                counters: Counters::new(),
            }),
        }
    }
}

/// The lowest set bit among the places of a bank.
fn lowest(bits: u64) -> Option<usize> {
    let i = bits.trailing_zeros() as usize;
    (i < WIDTH).then_some(i)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_taken_first_across_banks() {
        let roster = Roster::new();
        for number in 0..WIDTH + 2 {
            assert_eq!(roster.enlist(), number);
        }
        roster.discharge(3);
        roster.discharge(WIDTH);
        assert_eq!((roster.enlist(), roster.enlist()), (3, WIDTH));
    }

    #[test]
    fn the_lowest_idle_worker_is_claimed_once() {
        let roster = Roster::new();
        for _ in 0..=WIDTH {
            roster.enlist();
        }
        roster.set_idle(WIDTH);
        roster.set_idle(5);
        assert_eq!(roster.idle(), 2);
        assert_eq!(roster.claim_from(6), Some(WIDTH));
        assert_eq!(roster.claim_from(6), None);
        roster.set_idle(WIDTH);
        assert_eq!(roster.claim(), Some(5));
        assert!(!roster.clear_idle(5), "it was claimed");
        assert!(roster.clear_idle(WIDTH) && !roster.any_idle());
        assert_eq!(roster.claim(), None);
    }

    #[test]
    fn all_are_idle_only_when_every_taken_number_is() {
        let roster = Roster::new();
        assert!(roster.all_idle(), "nobody is there");
        let (a, b) = (roster.enlist(), roster.enlist());
        roster.set_idle(a);
        assert!(!roster.all_idle());
        roster.set_idle(b);
        assert!(roster.all_idle());
    }
}
