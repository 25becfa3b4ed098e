//! An allocator that counts on request.
//!
//! Counting makes every thread write to the same words, so it is on only in passes that are not
//! timed; while it is off, it costs one load of a word that no thread writes.
#![allow(unsafe_code, reason = "a global allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// The system's allocator, with [`count`] in front.
#[derive(Debug)]
pub struct Counting;

// Relaxed throughout: the counts are read after everything that allocates has been awaited.
static ON: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

/// The allocations between two moments.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Allocations made; growing one in place or by a move counts as one more.
    pub allocations: u64,
    /// Bytes allocated and not freed again.
    pub live: i64,
}

/// Counts until [`Counter::stop`]. There can be only one.
#[derive(Debug)]
#[must_use = "counting goes on until `stop`"]
pub struct Counter(());

/// Starts to count.
pub fn count() -> Counter {
    ALLOCATIONS.store(0, Relaxed);
    LIVE.store(0, Relaxed);
    let was_on = ON.swap(true, Relaxed);
    assert!(!was_on, "allocations are counted already");
    Counter(())
}

impl Counter {
    /// Stops to count.
    pub fn stop(self) -> Counts {
        ON.store(false, Relaxed);
        counts()
    }
}

/// The allocations since [`count`]; `None` if they are not counted.
#[must_use]
pub fn so_far() -> Option<Counts> {
    ON.load(Relaxed).then(counts)
}

fn counts() -> Counts {
    Counts { allocations: ALLOCATIONS.load(Relaxed), live: LIVE.load(Relaxed) }
}

fn note(allocations: u64, bytes: usize, sign: i64) {
    if ON.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        // Layouts are at most `isize::MAX` bytes.
        LIVE.fetch_add(sign * i64::try_from(bytes).unwrap_or(i64::MAX), Relaxed);
    }
}

// SAFETY: every call goes to `System` with the arguments it came with; `note` neither allocates nor
// unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 1);
        // SAFETY: the caller's promises are `System`'s conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        note(0, layout.size(), -1);
        // SAFETY: as above; `ptr` came from `System`.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 1);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(1, new_size, 1);
        note(0, layout.size(), -1);
        // SAFETY: as above; `ptr` came from `System`.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}
