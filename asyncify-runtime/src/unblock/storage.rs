//! The memory of accepted bytes.

use std::mem;
use std::ops::{Deref, DerefMut};

use super::WRITE_CAPACITY;
use crate::sync::unmodelled::Mutex;

/// Memory for accepted bytes. When it is dropped, a large one goes to a free list.
///
/// Many allocators return memory of this size to the system when it is freed. The system provides
/// new memory page by page, which takes longer than to write as many bytes to a file.
#[derive(Default)]
pub(super) struct Storage(Vec<u8>);

impl Storage {
    /// Returns an empty storage with room for `size` bytes, and for no more than `limit`.
    pub(super) fn new(size: usize, limit: usize) -> Self {
        Self(FREE.take(size, limit).unwrap_or_else(|| Vec::with_capacity(size)))
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
        FREE.insert(mem::take(&mut self.0));
    }
}

/// The free list of the process.
static FREE: FreeList = FreeList::new();

/// The most buffers of the free list. They hold at most 4 MiB.
const MAX_BUFFERS: usize = 4;

/// The smallest buffer of the free list. The allocator itself reuses smaller ones.
const MIN_CAPACITY: usize = 128 << 10;

/// Requests of fewer bytes do not take a buffer from the free list.
const MIN_REQUEST: usize = 64 << 10;

/// If another thread holds the lock, no buffer is taken, and none is inserted.
struct FreeList(Mutex<Vec<Vec<u8>>>);

impl FreeList {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Takes a buffer with room for `size` bytes, and for no more than `limit`.
    fn take(&self, size: usize, limit: usize) -> Option<Vec<u8>> {
        if size < MIN_REQUEST {
            return None;
        }
        let mut free = self.0.try_lock().ok()?;
        let fits = |buffer: &Vec<u8>| (size..=limit).contains(&buffer.capacity());
        let index = free.iter().rposition(fits)?;
        Some(free.swap_remove(index))
    }

    /// Inserts a buffer, unless it is small or larger than the default capacity. If there are too
    /// many, the smallest is freed.
    fn insert(&self, mut buffer: Vec<u8>) {
        if !(MIN_CAPACITY..=WRITE_CAPACITY).contains(&buffer.capacity()) {
            return;
        }
        buffer.clear();
        let Ok(mut free) = self.0.try_lock() else { return };
        free.push(buffer);
        if free.len() > MAX_BUFFERS {
            let smallest = (0..free.len()).min_by_key(|&index| free[index].capacity());
            let freed = smallest.map(|index| free.swap_remove(index));
            drop(free);
            drop(freed);
        }
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;

    fn buffer(kib: usize) -> Vec<u8> {
        Vec::with_capacity(kib * KIB)
    }

    fn sizes(list: &FreeList) -> Vec<usize> {
        let mut sizes: Vec<_> = list.0.lock().unwrap().iter().map(Vec::capacity).collect();
        sizes.sort_unstable();
        sizes.iter().map(|size| size / KIB).collect()
    }

    #[test]
    fn the_list_has_the_largest_buffers() {
        let list = FreeList::new();
        for kib in [64, 128, 1_024, 256, 1_025, 1_024, 256, 128] {
            list.insert(buffer(kib));
        }
        assert_eq!(sizes(&list), [256, 256, 1_024, 1_024]);
    }

    #[test]
    fn a_request_takes_a_buffer_that_fits() {
        let list = FreeList::new();
        let mut inserted = buffer(256);
        inserted.push(1);
        let memory = inserted.as_ptr();
        list.insert(inserted);
        assert_eq!(list.take(4 * KIB, 1_024 * KIB), None);
        assert_eq!(list.take(512 * KIB, 1_024 * KIB), None);
        assert_eq!(list.take(64 * KIB, 128 * KIB), None);
        let taken = list.take(64 * KIB, 256 * KIB).unwrap();
        assert_eq!((taken.as_ptr(), taken.len()), (memory, 0));
        assert_eq!(sizes(&list), [0; 0]);
    }

    #[test]
    fn no_thread_waits_for_the_lock() {
        let list = FreeList::new();
        list.insert(buffer(256));
        let lock = list.0.lock().unwrap();
        assert_eq!(list.take(256 * KIB, 256 * KIB), None);
        list.insert(buffer(512));
        drop(lock);
        assert_eq!(sizes(&list), [256]);
    }
}
