//! The attribute's arguments, as a stranger would use them.

use std::sync::LazyLock;
use std::time::Duration;

use asyncify_runtime::{
    BlockingPool, Error, Limiter, Phase, cancellation_token, is_cancelled, sync_to_async,
};
use asyncify_tests::{Gate, Probe, block_on, poll_once, probe};
use tokio::runtime::Handle;

use crate::{current_thread, multi_thread, one_thread};

mod limit {
    use super::*;

    const MOST: usize = 1;

    #[sync_to_async(limit = MOST)]
    fn one_of_any_type<T: Send + 'static>(value: T, gate: Gate) -> T {
        gate.pass();
        value
    }

    #[test]
    fn instances_of_a_generic_function_share_its_limit() {
        let gate = Gate::new();
        let mut first = Box::pin(one_of_any_type(1, gate.clone()));
        let mut second = Box::pin(one_of_any_type("two", gate.clone()));
        assert!(poll_once(&mut first).is_pending());
        gate.wait_for(1);
        assert!(poll_once(&mut second).is_pending());
        gate.open();
        assert_eq!(block_on(first), 1);
        assert_eq!(gate.arrived(), 1);
        assert_eq!(block_on(second), "two");
    }

    #[derive(Clone)]
    struct Disk {
        pool: BlockingPool,
        limiter: Limiter,
    }

    #[sync_to_async(limit = 1, executor = &self.pool.clone())]
    impl Disk {
        fn read(&self, gate: &Gate) -> usize {
            gate.pass();
            self.limiter.available()
        }

        fn write(&self, gate: &Gate) {
            gate.pass();
        }

        #[sync_to_async(limiter = &self.limiter)]
        async fn sync(&self, gate: &Gate) -> usize {
            gate.pass();
            std::future::ready(self.limiter.available()).await
        }
    }

    #[test]
    fn each_method_of_a_block_has_a_limit_of_its_own() {
        let disk = Disk { pool: crate::at_most(4).build().unwrap(), limiter: Limiter::new(3) };
        let gate = Gate::new();
        let mut read = Box::pin(disk.read(&gate));
        let mut again = Box::pin(disk.read(&gate));
        let mut write = Box::pin(disk.write(&gate));
        let mut sync = Box::pin(disk.sync(&gate));
        assert!(poll_once(&mut read).is_pending());
        assert!(poll_once(&mut again).is_pending());
        assert!(poll_once(&mut write).is_pending());
        assert!(poll_once(&mut sync).is_pending());
        gate.wait_for(3);
        assert_eq!((gate.arrived(), disk.limiter.available()), (3, 2));
        gate.open();
        block_on(async {
            assert_eq!(sync.await, 2);
            write.await;
            assert!(read.await >= 2);
            assert_eq!(again.await, 3);
        });
    }

    static SHARED: LazyLock<Limiter> = LazyLock::new(|| Limiter::new(1));

    #[sync_to_async(limiter = &SHARED)]
    trait Device: Clone + Send + Sync + 'static {
        fn name(&self) -> String;

        fn shout(&self) -> (String, usize) {
            ("THERE".to_owned(), SHARED.available())
        }
    }

    #[derive(Clone)]
    struct Printer(Gate);

    #[sync_to_async(limiter = &SHARED, executor = &one_thread())]
    impl Device for Printer {
        fn name(&self) -> String {
            self.0.pass();
            format!("printer, {} left", SHARED.available())
        }
    }

    #[test]
    fn functions_share_a_limiter() {
        let printer = Printer(Gate::new());
        let mut name = Box::pin(printer.name());
        let mut shout = Box::pin(printer.shout());
        assert!(poll_once(&mut name).is_pending());
        printer.0.wait_for(1);
        assert!(poll_once(&mut shout).is_pending());
        assert_eq!(SHARED.waiting(), 1);
        printer.0.open();
        assert_eq!(block_on(name), "printer, 0 left");
        assert_eq!(block_on(shout), ("THERE".to_owned(), 0));
        assert_eq!(SHARED.available(), 1);
    }
}

mod timeout {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Failure {
        Late(Error),
        Odd(u32),
    }

    impl From<Error> for Failure {
        fn from(error: Error) -> Self {
            Self::Late(error)
        }
    }

    #[sync_to_async(timeout = "1m30s")]
    fn half(number: u32) -> Result<u32, Failure> {
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(Failure::Odd(number)) }
    }

    #[test]
    fn results_in_time_are_what_they_are() {
        assert_eq!(block_on(half(8)), Ok(4));
        assert_eq!(block_on(half(7)), Err(Failure::Odd(7)));
    }

    #[sync_to_async(timeout = "20ms")]
    fn until_cancelled(gate: Gate, held: Probe) -> Result<(), Failure> {
        gate.pass();
        asyncify_runtime::block_on(cancellation_token().cancelled());
        assert!(is_cancelled());
        drop(held);
        Ok(())
    }

    #[test]
    fn late_body_is_told() {
        let ((held, fate), gate) = (probe(), Gate::new());
        let after = Duration::from_millis(20);
        let late = Error::TimedOut { phase: Phase::Run, after };
        let mut call = Box::pin(until_cancelled(gate.clone(), held));
        assert!(poll_once(&mut call).is_pending());
        gate.wait_for(1);
        gate.open();
        assert_eq!(block_on(call), Err(Failure::Late(late)));
        assert_ne!(fate.wait(), std::thread::current().id());
    }

    struct Client {
        patience: Duration,
        line: Limiter,
    }

    impl Client {
        #[sync_to_async(timeout = self.patience, limiter = &self.line.clone())]
        fn ask(self: std::sync::Arc<Self>, question: &str) -> Result<usize, Box<Failure>> {
            Ok(question.len())
        }
    }

    impl From<Error> for Box<Failure> {
        fn from(error: Error) -> Self {
            Self::new(Failure::Late(error))
        }
    }

    #[test]
    fn time_may_be_an_expression_over_the_arguments() {
        let line = Limiter::new(0);
        for patience in [Duration::from_millis(5), Duration::ZERO] {
            let client = std::sync::Arc::new(Client { patience, line: line.clone() });
            let late = Error::TimedOut { phase: Phase::Queue, after: patience };
            assert_eq!(block_on(client.ask("why?")), Err(Box::new(Failure::Late(late))));
        }
        line.set_limit(1);
        let client = std::sync::Arc::new(Client { patience: Duration::MAX, line });
        assert_eq!(block_on(client.ask("why?")), Ok(4));
    }

    #[sync_to_async(timeout = "1s", executor = &pool.clone())]
    fn refused(pool: BlockingPool) -> Result<usize, Error> {
        Ok(pool.metrics().threads)
    }

    #[test]
    fn refusal_is_an_error_too() {
        let pool = one_thread();
        block_on(pool.shutdown(asyncify_runtime::Shutdown::Drain));
        assert_eq!(block_on(refused(pool)), Err(Error::ShutDown));
    }

    #[sync_to_async(timeout = "1s")]
    trait Service: Clone + Send + Sync + 'static {
        fn call(&self) -> Result<u8, Error>;
    }

    #[sync_to_async(timeout = "20ms")]
    impl Service for Gate {
        fn call(&self) -> Result<u8, Error> {
            self.pass();
            Ok(1)
        }
    }

    #[test]
    fn time_is_that_of_the_implementation() {
        let gate = Gate::new();
        let late = Error::TimedOut { phase: Phase::Run, after: Duration::from_millis(20) };
        let mut call = Box::pin(gate.call());
        assert!(poll_once(&mut call).is_pending());
        gate.wait_for(1);
        assert_eq!(block_on(call), Err(late));
        gate.open();
        // On a busy machine, some may take longer than that.
        assert!((0..100).any(|_| block_on(gate.call()) == Ok(1)));
    }
}

mod detach {
    use super::*;

    #[sync_to_async(detach, executor = pool)]
    fn to_its_end(pool: &BlockingPool, gate: Gate, held: Probe) -> bool {
        let _ = pool;
        gate.pass();
        drop(held);
        is_cancelled()
    }

    #[test]
    fn abandoned_call_runs_to_its_end() {
        let (pool, gate) = (one_thread(), Gate::new());
        let (first, first_fate) = probe();
        let (second, second_fate) = probe();
        for held in [first, second] {
            let mut call = Box::pin(to_its_end(&pool, gate.clone(), held));
            assert!(poll_once(&mut call).is_pending());
        }
        gate.open();
        let here = std::thread::current().id();
        assert_ne!(first_fate.wait(), here);
        assert_ne!(second_fate.wait(), here, "it stood in the queue when it was dropped");
        block_on(pool.wait_idle());
        assert_eq!(pool.metrics().completed, 2);
    }
}

mod runtime {
    use super::*;

    #[sync_to_async(runtime = handle)]
    async fn sleep_on(handle: &Handle, time: Duration) -> tokio::runtime::Id {
        tokio::time::sleep(time).await;
        assert_eq!(Handle::current().id(), handle.id());
        Handle::current().id()
    }

    #[sync_to_async(runtime = &handle.clone())]
    fn seen_from(handle: Handle) -> bool {
        Handle::current().id() == handle.id()
    }

    #[test]
    fn body_uses_tokio_although_its_caller_does_not() {
        let runtime = multi_thread();
        let handle = runtime.handle();
        assert_eq!(block_on(sleep_on(handle, Duration::from_millis(2))), handle.id());
        assert!(block_on(seen_from(handle.clone())));
    }

    #[test]
    fn body_uses_another_runtime_than_its_caller() {
        let (runtime, other) = (current_thread(), multi_thread());
        runtime.block_on(async {
            let id = sleep_on(other.handle(), Duration::from_millis(2)).await;
            assert_eq!(id, other.handle().id());
            assert!(seen_from(other.handle().clone()).await);
        });
    }

    /// tokio says so itself; a body that does not wait for the runtime does not notice.
    #[test]
    fn runtime_that_was_shut_down_has_no_timers() {
        let runtime = multi_thread();
        let handle = runtime.handle().clone();
        drop(runtime);
        assert!(block_on(seen_from(handle.clone())));
        let slept =
            std::panic::catch_unwind(|| block_on(sleep_on(&handle, Duration::from_secs(1))));
        let payload = slept.expect_err("there is nobody to wake the timer");
        let text = asyncify_tests::panic_text(&*payload);
        assert!(text.contains("being shutdown"), "{text}");
    }
}

mod size {
    use super::*;

    #[sync_to_async(limit = 1)]
    fn limited(_: [u64; 4]) {}

    #[sync_to_async(limit = 1, executor = &pool.clone())]
    fn limited_on(pool: BlockingPool) -> usize {
        pool.metrics().threads
    }

    #[sync_to_async(timeout = "1s")]
    fn timed(_: [u64; 4]) -> Result<(), Error> {
        Ok(())
    }

    #[sync_to_async(detach, runtime = handle)]
    fn told(handle: &Handle, _: [u64; 4]) {
        let _ = handle;
    }

    /// What the future holds beside its arguments.
    fn overhead<F: Future>(future: &F, arguments: usize) -> usize {
        size_of_val(future) - arguments
    }

    #[test]
    fn futures_hold_what_they_wait_for_and_no_more() {
        let (pool, runtime) = (one_thread(), current_thread());
        assert!(overhead(&limited([0; 4]), 32) <= 32);
        assert!(overhead(&told(runtime.handle(), [0; 4]), 8 + 32) <= 32);
        // And the executor that it was told, for as long as it stands in line.
        let executor = size_of::<BlockingPool>();
        assert!(overhead(&limited_on(pool), executor) <= 32 + executor);
        // The clock and the time that it was given.
        let size = overhead(&timed([0; 4]), 32);
        assert!(size <= 80, "{size}");
    }
}
