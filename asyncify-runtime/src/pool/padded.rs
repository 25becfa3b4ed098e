//! A cache line to itself.

use std::ops::Deref;

/// 128 bytes: two lines of 64, which today's processors fetch together, or one of 128.
#[repr(align(128))]
pub(super) struct CachePadded<T>(pub(super) T);

impl<T> Deref for CachePadded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
