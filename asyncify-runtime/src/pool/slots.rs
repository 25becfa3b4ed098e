//! The worker slots: one for each worker, and which workers are idle.
//!
//! A worker owns the slot with the lowest free index. Slots are stored in blocks, each allocated
//! when it is first needed and kept from then on, so that an index leads to its slot without a
//! lock. A block has two bitmaps: `allocated`, the slots in use, and `idle`, the workers that may
//! be claimed. An idle bit is set by its worker alone. It is cleared once: by a claimer, or by the
//! worker itself when its keep-alive is over. So two jobs never count on the same worker.
//!
//! Claiming the lowest index first keeps the same few workers warm and lets the others time out.

use super::counters::Counters;
use super::padded::CachePadded;
use super::parker::Parker;
use super::thread_count::MAX_THREADS;
use crate::sync::{AtomicU64, Ordering};
use std::sync::OnceLock;

/// Slots in a block; few where each of them takes long to create.
const BLOCK_LEN: usize = if cfg!(all(test, any(asyncify_loom, asyncify_shuttle))) {
    MAX_THREADS
} else if cfg!(miri) {
    8
} else {
    64
};

const BLOCKS: usize = MAX_THREADS.div_ceil(BLOCK_LEN);

pub(super) struct WorkerSlots {
    /// Filled from the front.
    blocks: Box<[OnceLock<Box<Block>>]>,
}

struct Block {
    /// Written at every wake-up; hence away from `allocated`, which is read only when a thread is
    /// spawned or exits.
    idle: CachePadded<AtomicU64>,
    allocated: AtomicU64,
    slots: [Slot; BLOCK_LEN],
}

/// What belongs to one worker. A free slot belongs to no worker; its counters stay.
#[repr(align(128))]
pub(super) struct Slot {
    pub(super) parker: Parker,
    pub(super) counters: Counters,
}

impl WorkerSlots {
    pub(super) fn new() -> Self {
        let slots = Self { blocks: (0..BLOCKS).map(|_| OnceLock::new()).collect() };
        slots.block(0);
        slots
    }

    /// Allocates the free slot with the lowest index, and returns that.
    ///
    /// There is one, or will be in a moment: the caller has added its thread to the thread count,
    /// which admits no more threads than there are slots, and a worker that exits frees its slot
    /// before it is removed from the thread count, or right after.
    pub(super) fn allocate(&self) -> usize {
        loop {
            for (k, block) in (0..BLOCKS).map(|k| (k, self.block(k))) {
                // Relaxed: only a hint; the read-modify-write below decides.
                let mut allocated = block.allocated.load(Ordering::Relaxed);
                while let Some(i) = lowest(!allocated) {
                    // Acquire: pairs with the Release in `free`; the slot's last worker has left
                    // it.
                    allocated = block.allocated.fetch_or(1 << i, Ordering::Acquire);
                    if allocated & (1 << i) == 0 {
                        return k * BLOCK_LEN + i;
                    }
                }
            }
            // Every slot was allocated when it was read; one was freed behind the loop.
            crate::sync::hint::spin_loop();
        }
    }

    /// Frees the slot of a worker that exits.
    pub(super) fn free(&self, index: usize) {
        let (block, i) = self.locate(index);
        // Release: pairs with the Acquire in `allocate`.
        let before = block.allocated.fetch_and(!(1 << i), Ordering::Release);
        debug_assert!(before & (1 << i) != 0, "slot {index} is freed twice");
    }

    /// Sets the worker's idle bit. The worker may do so only once each time it goes idle: a second
    /// time would revive a bit that was claimed.
    pub(super) fn set_idle(&self, index: usize) {
        let (block, i) = self.locate(index);
        // Release: pairs with the Acquire in `all_idle`, which publishes what the worker's jobs
        // have written. To a claimer the bit says only that the worker will take an unpark reason;
        // the queue, which the worker reads next, is behind a fence.
        let before = block.idle.fetch_or(1 << i, Ordering::Release);
        debug_assert!(before & (1 << i) == 0, "worker {index} is idle twice");
    }

    /// Clears the worker's own idle bit. `false`: the worker was claimed, and its claimer unparks
    /// it.
    #[must_use]
    pub(super) fn clear_idle(&self, index: usize) -> bool {
        let (block, i) = self.locate(index);
        // Relaxed: the outcome is used by this worker alone, or after its claimer unparked it.
        block.idle.fetch_and(!(1 << i), Ordering::Relaxed) & (1 << i) != 0
    }

    /// Claims the idle worker with the lowest index. The caller unparks it, soon.
    pub(super) fn claim(&self) -> Option<usize> {
        self.claim_from(0)
    }

    /// The same among the workers whose index is not below `first`.
    pub(super) fn claim_from(&self, first: usize) -> Option<usize> {
        for (k, block) in self.blocks().enumerate().skip(first / BLOCK_LEN) {
            let among = if k == first / BLOCK_LEN { !0 << (first % BLOCK_LEN) } else { !0 };
            // Relaxed: a thread that must see a bit is behind a fence, and a bit that is not seen
            // belongs to a worker that will see the queue.
            let mut idle = block.idle.load(Ordering::Relaxed);
            while let Some(i) = lowest(idle & among) {
                idle = block.idle.fetch_and(!(1 << i), Ordering::Relaxed);
                if idle & (1 << i) != 0 {
                    return Some(k * BLOCK_LEN + i);
                }
            }
        }
        None
    }

    pub(super) fn any_idle(&self) -> bool {
        // Relaxed: read behind a fence.
        self.blocks().any(|block| block.idle.load(Ordering::Relaxed) != 0)
    }

    /// The same of the workers with the lowest indices, which takes a few instructions.
    #[inline]
    pub(super) fn any_idle_in_first_block(&self) -> bool {
        // Relaxed: only a hint.
        self.blocks[0].get().is_some_and(|block| block.idle.load(Ordering::Relaxed) != 0)
    }

    /// Whether every worker is idle, reading one block after the other.
    pub(super) fn all_idle(&self) -> bool {
        self.blocks().all(|block| {
            // Acquire: pairs with the Release in `set_idle`; the helpers that the worker has
            // spawned are among the allocated.
            let idle = block.idle.load(Ordering::Acquire);
            // Relaxed: the caller has loaded the wake state before, and loads it again.
            idle == block.allocated.load(Ordering::Relaxed)
        })
    }

    /// The number of idle workers.
    pub(super) fn idle(&self) -> usize {
        // Acquire: pairs with the Release in `set_idle`, so that the counters of idle workers, read
        // afterwards, show no running job.
        self.blocks().map(|block| block.idle.load(Ordering::Acquire).count_ones() as usize).sum()
    }

    pub(super) fn slot(&self, index: usize) -> &Slot {
        let (block, i) = self.locate(index);
        &block.slots[i]
    }

    /// All slots of the blocks that are allocated, in use or free.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.blocks().flat_map(|block| &block.slots)
    }

    fn locate(&self, index: usize) -> (&Block, usize) {
        (self.block(index / BLOCK_LEN), index % BLOCK_LEN)
    }

    fn block(&self, k: usize) -> &Block {
        self.blocks[k].get_or_init(|| Box::new(Block::new()))
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().map_while(|block| block.get().map(|block| &**block))
    }
}

impl Block {
    fn new() -> Self {
        Self {
            idle: CachePadded(AtomicU64::new(0)),
            allocated: AtomicU64::new(0),
            slots: std::array::from_fn(|_| Slot {
                parker: Parker::new(),
                counters: Counters::new(),
            }),
        }
    }
}

/// The lowest set bit of a block's bitmap.
fn lowest(bits: u64) -> Option<usize> {
    let i = bits.trailing_zeros() as usize;
    (i < BLOCK_LEN).then_some(i)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_slot_is_allocated_first_across_blocks() {
        let slots = WorkerSlots::new();
        for index in 0..BLOCK_LEN + 2 {
            assert_eq!(slots.allocate(), index);
        }
        slots.free(3);
        slots.free(BLOCK_LEN);
        assert_eq!((slots.allocate(), slots.allocate()), (3, BLOCK_LEN));
    }

    #[test]
    fn the_lowest_idle_worker_is_claimed_once() {
        let slots = WorkerSlots::new();
        for _ in 0..=BLOCK_LEN {
            slots.allocate();
        }
        slots.set_idle(BLOCK_LEN);
        slots.set_idle(5);
        assert_eq!(slots.idle(), 2);
        assert_eq!(slots.claim_from(6), Some(BLOCK_LEN));
        assert_eq!(slots.claim_from(6), None);
        slots.set_idle(BLOCK_LEN);
        assert_eq!(slots.claim(), Some(5));
        assert!(!slots.clear_idle(5), "it was claimed");
        assert!(slots.clear_idle(BLOCK_LEN) && !slots.any_idle());
        assert_eq!(slots.claim(), None);
    }

    #[test]
    fn all_workers_are_idle_only_when_every_allocated_slot_is() {
        let slots = WorkerSlots::new();
        assert!(slots.all_idle(), "there are no workers");
        let (a, b) = (slots.allocate(), slots.allocate());
        slots.set_idle(a);
        assert!(!slots.all_idle());
        slots.set_idle(b);
        assert!(slots.all_idle());
    }
}
