//! The memory of accepted bytes.

use std::ops::{Deref, DerefMut};

use super::WRITE_CAPACITY;
use crate::sync::unmodelled::Mutex;

/// Memory for accepted bytes. When it is dropped, a large one is kept for the next writer.
///
/// Many allocators return memory of this size to the system when it is freed. The system provides
/// new memory page by page, which takes longer than to write as many bytes to a file.
#[derive(Default)]
pub(super) struct Storage(Vec<u8>);

impl Storage {
    /// Returns an empty storage with room for `size` bytes at least.
    pub(super) fn with_capacity(size: usize) -> Self {
        Self(KEPT.take(size))
    }
}

impl Deref for Storage {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Storage {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        KEPT.give(std::mem::take(&mut self.0));
    }
}

/// What the process keeps.
static KEPT: Kept = Kept::new();

/// How many buffers are kept. With the default capacity, they hold 4 MiB.
const COUNT: usize = 4;

/// Smaller buffers are left to the allocator, which keeps those.
const MIN_CAPACITY: usize = 128 << 10;

/// A request of this size takes a buffer that is kept.
const MIN_REQUEST: usize = 64 << 10;

/// Nobody waits for the lock: while another thread has it, buffers are allocated and freed.
struct Kept(Mutex<Vec<Vec<u8>>>);

impl Kept {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Returns an empty buffer with room for `size` bytes at least.
    fn take(&self, size: usize) -> Vec<u8> {
        let kept = (size >= MIN_REQUEST).then(|| self.take_kept(size)).flatten();
        kept.unwrap_or_else(|| Vec::with_capacity(size))
    }

    fn take_kept(&self, size: usize) -> Option<Vec<u8>> {
        let mut kept = self.0.try_lock().ok()?;
        let index = kept.iter().rposition(|buffer| buffer.capacity() >= size)?;
        Some(kept.swap_remove(index))
    }

    /// Keeps a buffer, if it is one of the largest and no larger than the default capacity.
    fn give(&self, mut buffer: Vec<u8>) {
        if !(MIN_CAPACITY..=WRITE_CAPACITY).contains(&buffer.capacity()) {
            return;
        }
        buffer.clear();
        let Ok(mut kept) = self.0.try_lock() else { return };
        kept.push(buffer);
        if kept.len() > COUNT {
            let smallest = (0..kept.len()).min_by_key(|&index| kept[index].capacity());
            let freed = smallest.map(|index| kept.swap_remove(index));
            drop(kept);
            drop(freed);
        }
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    fn buffer(kib: usize) -> Vec<u8> {
        Vec::with_capacity(kib << 10)
    }

    fn sizes(kept: &Kept) -> Vec<usize> {
        let mut sizes: Vec<_> = kept.0.lock().unwrap().iter().map(Vec::capacity).collect();
        sizes.sort_unstable();
        sizes.iter().map(|size| size >> 10).collect()
    }

    #[test]
    fn the_largest_are_kept() {
        let kept = Kept::new();
        for kib in [64, 128, 1_024, 256, 1_025, 1_024, 256, 128] {
            kept.give(buffer(kib));
        }
        assert_eq!(sizes(&kept), [256, 256, 1_024, 1_024]);
    }

    #[test]
    fn a_request_takes_one_with_enough_room() {
        let kept = Kept::new();
        let mut given = buffer(256);
        given.push(1);
        let memory = given.as_ptr();
        kept.give(given);
        assert_eq!(kept.take(4_096).capacity(), 4_096);
        assert!(kept.take(512 << 10).capacity() >= 512 << 10);
        let taken = kept.take(64 << 10);
        assert_eq!((taken.as_ptr(), taken.len()), (memory, 0));
        assert_eq!(sizes(&kept), [0; 0]);
    }

    #[test]
    fn nobody_waits_for_the_lock() {
        let kept = Kept::new();
        kept.give(buffer(256));
        let lock = kept.0.lock().unwrap();
        assert_eq!(kept.take(256 << 10).len(), 0);
        kept.give(buffer(512));
        drop(lock);
        assert_eq!(sizes(&kept), [256]);
    }
}
