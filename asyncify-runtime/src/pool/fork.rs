//! Whether a pool belongs to this process: the threads of a pool stay behind when the process forks.

#[cfg(all(unix, not(miri)))]
mod imp {
    /// Created with the pool.
    pub(in crate::pool) struct ForkGuard(Option<forkguard::Guard>);

    impl ForkGuard {
        pub(in crate::pool) fn new() -> Self {
            // Fails if there is no memory for the handler; then a fork is not noticed.
            Self(forkguard::Guard::try_new().ok())
        }

        /// Whether this process is a child of the one that created the pool.
        #[inline]
        pub(in crate::pool) fn is_in_child(&self) -> bool {
            // The copy stays as it was created.
            self.0.clone().is_some_and(|mut guard| guard.detected_fork())
        }
    }
}

/// Where processes do not fork.
#[cfg(not(all(unix, not(miri))))]
mod imp {
    pub(in crate::pool) struct ForkGuard;

    impl ForkGuard {
        pub(in crate::pool) fn new() -> Self {
            Self
        }

        #[inline]
        #[expect(clippy::unused_self, reason = "the interface of the other one")]
        pub(in crate::pool) fn is_in_child(&self) -> bool {
            false
        }
    }
}

pub(super) use imp::ForkGuard;
