//! Whether a pool belongs to this process: the threads of a pool stay behind when the process
//! forks.

#[cfg(all(unix, not(miri)))]
mod imp {
    use std::io;

    /// Created with the pool.
    pub(in crate::pool) struct ForkGuard(forkguard::Guard);

    impl ForkGuard {
        /// Fails if there is no memory for the handler.
        pub(in crate::pool) fn new() -> io::Result<Self> {
            forkguard::Guard::try_new().map(Self).map_err(io::Error::other)
        }

        /// Whether this process is a child of the one that created the pool.
        #[inline]
        pub(in crate::pool) fn is_in_child(&self) -> bool {
            // The copy stays as it was created.
            self.0.clone().detected_fork()
        }
    }
}

/// Where processes do not fork.
#[cfg(not(all(unix, not(miri))))]
mod imp {
    use std::io;

    pub(in crate::pool) struct ForkGuard;

    impl ForkGuard {
        #[expect(clippy::unnecessary_wraps, reason = "the interface of the other one")]
        pub(in crate::pool) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        #[inline]
        #[expect(clippy::unused_self, reason = "the interface of the other one")]
        pub(in crate::pool) fn is_in_child(&self) -> bool {
            false
        }
    }
}

pub(super) use imp::ForkGuard;
