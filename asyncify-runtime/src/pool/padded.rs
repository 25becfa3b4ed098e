//! A value on its own cache line.

use std::ops::Deref;

/// Aligned to 128 bytes: two cache lines of 64, which processors prefetch in pairs, or one of 128.
#[repr(align(128))]
pub(super) struct CachePadded<T>(pub(super) T);

impl<T> Deref for CachePadded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
