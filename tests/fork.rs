//! What a child of `fork` can do with the pools of its parent. A program of its own, as only the
//! thread that forks goes on in the child.

fn main() {
    #[cfg(unix)]
    unix::main();
}

#[cfg(unix)]
mod unix {
    use std::process::exit;
    use std::sync::mpsc;
    use std::time::Duration;

    use asyncify_runtime::{
        BlockingPool, DrainGuard, Shutdown, TrySpawnError, asyncify, block_on, cpu, global,
        spawn_blocking, sync_to_async,
    };

    /// How long a child may take, in seconds: far longer than it does, unless it hangs.
    const LIMIT: u32 = 120;

    #[sync_to_async]
    fn double(number: u32) -> u32 {
        2 * number
    }

    pub(crate) fn main() {
        let own = BlockingPool::builder().max_threads(1).build().unwrap();
        let bounded = BlockingPool::builder().queue_capacity(1).build().unwrap();
        // The pools' threads are idle, and `own` has one job that runs and one in the queue.
        assert_eq!(block_on(double(1)), 2);
        assert_eq!(block_on(asyncify!(|| 3).executor(cpu())), 3);
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let running = own.spawn(move || {
            started.send(()).unwrap();
            released.recv().unwrap()
        });
        has_started.recv().unwrap();
        let queued = own.spawn(|| 5);

        in_child(|| {
            process_pools_start_anew();
            in_child(process_pools_start_anew);
            pools_refuse(own.clone());
            pools_refuse(bounded.clone());
            drop(DrainGuard::new(Duration::from_secs(3600)));
        });

        // The parent goes on.
        release.send(4).unwrap();
        assert_eq!((block_on(running).unwrap(), block_on(queued).unwrap()), (4, 5));
        assert_eq!(block_on(bounded.spawn(|| 6)).unwrap(), 6);
        assert_eq!(block_on(double(4)), 8);
        println!("test fork ... ok");
    }

    fn process_pools_start_anew() {
        assert_eq!(global().metrics().completed, 0);
        assert_eq!(block_on(double(2)), 4);
        assert_eq!(block_on(spawn_blocking(|| 7)).unwrap(), 7);
        assert!(global().metrics().threads > 0);
        assert_eq!(block_on(asyncify!(|| 8).executor(cpu())), 8);
        assert!(BlockingPool::builder().build_global().is_err());
        // A pool that the child builds is its own.
        let pool = BlockingPool::builder().build().unwrap();
        assert_eq!(block_on(pool.spawn(|| 9)).unwrap(), 9);
        block_on(pool.shutdown(Shutdown::Drain));
    }

    fn pools_refuse(pool: BlockingPool) {
        assert!(block_on(pool.spawn(|| ())).unwrap_err().is_rejected());
        assert!(matches!(pool.try_spawn(|| ()), Err(TrySpawnError::ShutDown(_))));
        assert!(block_on(pool.reserve()).is_err());
        pool.set_max_threads(2);
        block_on(pool.wait_idle());
        assert_eq!(pool.shutdown_timeout(Duration::from_secs(3600)), Ok(()));
        block_on(pool.shutdown(Shutdown::Discard));
        drop(pool);
    }

    /// Runs `f` in a child, and waits until it has ended well. Nothing is dropped in the child that
    /// `f` does not drop.
    fn in_child(f: impl FnOnce()) {
        // SAFETY: the child is single-threaded. It allocates and starts threads, which glibc, musl
        // and the libraries of the other systems that this test runs on allow after `fork`.
        match unsafe { libc::fork() } {
            -1 => panic!("{}", std::io::Error::last_os_error()),
            0 => {
                // SAFETY: has no requirements. The default action of the signal ends the process.
                unsafe { libc::alarm(LIMIT) };
                f();
                exit(0);
            }
            child => {
                let mut status = 0;
                // SAFETY: `status` is valid for the write.
                let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
                assert_eq!(waited, child);
                assert!(libc::WIFEXITED(status), "the child was killed: it hung, or crashed");
                assert_eq!(libc::WEXITSTATUS(status), 0, "the child failed");
            }
        }
    }
}
