//! Plain calls: where the body runs, how often, and what arrives.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use asyncify_runtime::{
    BlockingCall, BlockingPool, Executor, Job, Rejected, asyncify, sync_to_async,
};
use asyncify_tests::{FOREVER, Gate, block_on, poll_once};

use crate::{at_most, current_thread};

#[sync_to_async]
fn thread_and_double(number: u32) -> (ThreadId, u32) {
    (thread::current().id(), number * 2)
}

#[sync_to_async]
fn count(runs: Arc<AtomicUsize>) {
    runs.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn body_runs_on_a_pool_thread_and_its_value_comes_back() {
    let (worker, value) = block_on(thread_and_double(21));
    assert_ne!(worker, thread::current().id());
    assert_eq!(value, 42);
}

#[test]
fn body_runs_once_per_awaited_call() {
    let runs = Arc::new(AtomicUsize::new(0));
    block_on(async {
        for expected in 1..=20 {
            count(Arc::clone(&runs)).await;
            assert_eq!(runs.load(Ordering::Relaxed), expected);
        }
    });
}

#[test]
fn call_that_is_never_polled_never_runs() {
    let runs = Arc::new(AtomicUsize::new(0));
    let call = count(Arc::clone(&runs));
    assert_eq!(Arc::strong_count(&runs), 2);
    drop(call);
    // Neither runs nor is there anybody left who could run it.
    assert_eq!((runs.load(Ordering::Relaxed), Arc::strong_count(&runs)), (0, 1));
}

#[test]
fn arguments_are_made_owned_at_the_first_poll() {
    struct Counted(Arc<AtomicUsize>);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Ordering::Relaxed);
            Self(Arc::clone(&self.0))
        }
    }
    #[sync_to_async]
    fn borrows(_: &Counted, _: Counted) {}

    let clones = Arc::new(AtomicUsize::new(0));
    let (borrowed, owned) = (Counted(Arc::clone(&clones)), Counted(Arc::clone(&clones)));
    let call = borrows(&borrowed, owned);
    assert_eq!(clones.load(Ordering::Relaxed), 0);
    block_on(call);
    assert_eq!(
        clones.load(Ordering::Relaxed),
        1,
        "what is borrowed is cloned once, what is owned never"
    );
}

/// The body waits for what only the event loop can send: it would never come if the body blocked
/// the loop.
#[test]
fn event_loop_ticks_while_the_body_blocks() {
    #[sync_to_async]
    fn wait_for_ticks(ticks: mpsc::Receiver<u32>) -> u32 {
        (0..5).map(|_| ticks.recv_timeout(FOREVER).expect("a tick")).sum()
    }

    current_thread().block_on(async {
        let (sender, receiver) = mpsc::channel();
        let ticker = tokio::spawn(async move {
            let mut interval = tokio::time::interval(Duration::from_millis(1));
            for tick in 0..5 {
                interval.tick().await;
                sender.send(tick).unwrap();
            }
        });
        assert_eq!(wait_for_ticks(receiver).await, 10);
        ticker.await.unwrap();
    });
}

#[test]
fn supplied_executor_is_used_once_per_call() {
    #[derive(Default)]
    struct Recording(Mutex<Vec<ThreadId>>);
    impl Executor for Recording {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            self.0.lock().unwrap().push(thread::current().id());
            job.run();
            Ok(())
        }
    }
    #[sync_to_async(executor = executor)]
    fn on(executor: &Arc<Recording>, value: u8) -> (u8, ThreadId) {
        let _ = executor;
        (value, thread::current().id())
    }

    let recording = Arc::new(Recording::default());
    let here = thread::current().id();
    assert_eq!(block_on(on(&recording, 1)), (1, here));
    assert_eq!(block_on(on(&recording, 2)), (2, here));
    assert_eq!(*recording.0.lock().unwrap(), [here, here]);
}

#[test]
fn executor_is_evaluated_before_the_parameters_move() {
    #[sync_to_async(executor = &pool.clone())]
    fn on(pool: BlockingPool, name: String) -> (String, usize) {
        (name, pool.metrics().threads)
    }

    let pool = at_most(1).name("own").build().unwrap();
    assert_eq!(block_on(on(pool, "n".to_owned())), ("n".to_owned(), 1));
}

#[test]
fn executor_of_a_field_and_of_a_static_works() {
    static POOL: std::sync::LazyLock<BlockingPool> =
        std::sync::LazyLock::new(|| at_most(1).name("static").build().unwrap());

    #[derive(Clone)]
    struct Service {
        pool: BlockingPool,
    }
    #[sync_to_async(executor = &self.pool)]
    impl Service {
        fn on_own(&self) -> Option<String> {
            thread::current().name().map(str::to_owned)
        }
        #[sync_to_async(executor = POOL)]
        fn on_static(&self) -> Option<String> {
            thread::current().name().map(str::to_owned)
        }
        #[sync_to_async(executor = &*POOL, limit = 1, detach)]
        fn on_borrowed_static(&self) -> Option<String> {
            thread::current().name().map(str::to_owned)
        }
    }

    let service = Service { pool: at_most(1).name("field").build().unwrap() };
    block_on(async {
        assert!(service.on_own().await.unwrap().starts_with("field-"));
        assert!(service.on_static().await.unwrap().starts_with("static-"));
        assert!(service.on_borrowed_static().await.unwrap().starts_with("static-"));
        let call = asyncify!(|| thread::current().name().map(str::to_owned)).executor(&POOL);
        assert!(call.await.unwrap().starts_with("static-"));
    });
}

#[test]
fn values_of_every_size_pass_unchanged() {
    #[derive(Debug, PartialEq)]
    struct Unique(Box<u8>);
    #[sync_to_async]
    fn nothing(unit: ()) -> [(); 0] {
        let () = unit;
        []
    }
    #[sync_to_async]
    fn large(mut array: Box<[u8; 1 << 16]>) -> [u8; 1 << 12] {
        array[7] = 7;
        std::array::from_fn(|index| array[index])
    }
    #[sync_to_async]
    fn moved(value: Unique) -> Unique {
        value
    }
    #[repr(align(128))]
    struct Aligned(u8);
    #[sync_to_async]
    fn aligned(value: Aligned) -> (usize, Aligned) {
        (std::ptr::from_ref(&value).addr() % 128, value)
    }

    block_on(async {
        let [] = nothing(()).await;
        assert_eq!(large(vec![1; 1 << 16].try_into().unwrap()).await[6..9], [1, 7, 1]);
        let boxed = Box::new(1);
        let address = std::ptr::from_ref(&*boxed).addr();
        let Unique(boxed) = moved(Unique(boxed)).await;
        assert_eq!(std::ptr::from_ref(&*boxed).addr(), address);
        let (offset, Aligned(value)) = aligned(Aligned(3)).await;
        assert_eq!((offset, value), (0, 3));
    });
}

#[test]
fn call_may_be_polled_by_a_new_waker_and_from_another_thread() {
    let gate = Gate::new();
    let body = gate.clone();
    let mut call = Box::pin(BlockingCall::new(move || {
        body.pass();
        5
    }));
    assert_eq!(poll_once(&mut call), Poll::Pending);
    gate.wait_for(1);
    let awaiting = thread::spawn(move || block_on(call));
    gate.open();
    assert_eq!(awaiting.join().unwrap(), 5);
}
