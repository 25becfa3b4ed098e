//! Whether a pool belongs to this process: the threads of a pool stay behind when the process
//! forks.

#![allow(unsafe_code, reason = "declares and calls `pthread_atfork`")]

#[cfg(all(unix, not(miri)))]
mod imp {
    use std::ffi::c_int;
    use std::io;
    use std::sync::LazyLock;

    // Not the modelled atomics: the handler runs where no model does.
    use crate::sync::unmodelled::{AtomicUsize, Ordering::Relaxed};

    type Handler = Option<extern "C" fn()>;

    // Not from the crate `libc`, which takes a second to compile, for this function alone.
    // SAFETY: this is the declaration of POSIX, of a function in the C library that `std` links.
    unsafe extern "C" {
        fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> c_int;
    }

    /// The number of forks from the process that registered the handler to this one.
    static FORKS: AtomicUsize = AtomicUsize::new(0);

    /// Registers the handler once, also for children. Holds the error, or 0.
    static REGISTERED: LazyLock<c_int> = LazyLock::new(|| {
        // SAFETY: the handler is async-signal-safe, as it only adds to an atomic.
        unsafe { pthread_atfork(None, None, Some(forked)) }
    });

    /// Runs in the child.
    extern "C" fn forked() {
        // Relaxed: the only thread of the child runs it, before anything else.
        FORKS.fetch_add(1, Relaxed);
    }

    /// Created with the pool.
    pub(in crate::pool) struct ForkGuard {
        forks: usize,
    }

    impl ForkGuard {
        /// Fails if there is no memory for the handler.
        pub(in crate::pool) fn new() -> io::Result<Self> {
            match *REGISTERED {
                0 => Ok(Self { forks: FORKS.load(Relaxed) }),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        }

        /// Whether this process is a child of the one that created the pool.
        #[inline]
        pub(in crate::pool) fn is_in_child(&self) -> bool {
            FORKS.load(Relaxed) != self.forks
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
