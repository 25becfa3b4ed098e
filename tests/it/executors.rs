//! Where calls can run.

use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread;

use asyncify_runtime::{
    BlockingCall, BlockingPool, DedicatedThread, Executor, Inline, Job, Rejected, asyncify, cpu,
    sync_to_async,
};
use asyncify_tests::{FOREVER, Gate, block_on, poll_once, probe};

use crate::{current_thread, join_all, multi_thread, one_thread};

fn thread_id() -> thread::ThreadId {
    thread::current().id()
}

async fn on(executor: &dyn Executor) -> thread::ThreadId {
    asyncify!(|| thread_id()).executor(executor).await
}

#[test]
fn inline_runs_on_the_caller_within_the_first_poll() {
    #[sync_to_async(executor = &Inline)]
    fn run(number: u32) -> (thread::ThreadId, u32) {
        (thread_id(), number)
    }
    let mut call = Box::pin(run(7));
    assert_eq!(poll_once(&mut call), Poll::Ready((thread_id(), 7)));
}

#[test]
fn inline_passes_panics_on() {
    let thread = thread::spawn(|| {
        block_on(async { asyncify!({ panic!("inline") }).executor(&Inline).await })
    });
    assert_eq!(thread.join().unwrap_err().downcast_ref(), Some(&"inline"));
}

#[test]
fn inline_drives_an_async_body_without_a_runtime() {
    #[sync_to_async(executor = &Inline)]
    async fn run() -> thread::ThreadId {
        std::future::ready(()).await;
        thread_id()
    }
    assert_eq!(block_on(run()), thread_id());
}

#[test]
fn dedicated_thread_runs_all_calls_in_order_on_itself() {
    let thread = DedicatedThread::new("alone").unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let gate = Gate::new();
    let first = BlockingCall::new(gate.body()).executor(&thread).spawn();
    let handles: Vec<_> = (0..50)
        .map(|number| {
            let order = Arc::clone(&order);
            BlockingCall::new(move || {
                order.lock().unwrap().push(number);
                (thread_id(), thread::current().name().map(str::to_owned))
            })
            .executor(&thread)
            .spawn()
        })
        .collect();
    gate.open();
    block_on(first).unwrap();
    let seen = join_all(handles);
    assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
    assert!(seen.iter().all(|(id, _)| *id == seen[0].0));
    assert!(seen[0].1.as_deref().unwrap().starts_with("alone"));
}

#[test]
fn dedicated_thread_stays_one_while_an_async_body_waits() {
    #[sync_to_async(executor = thread)]
    async fn wait(
        thread: &DedicatedThread,
        until: futures::channel::oneshot::Receiver<()>,
    ) -> thread::ThreadId {
        let _ = thread;
        until.await.unwrap();
        thread_id()
    }

    let thread = DedicatedThread::new("alone").unwrap();
    let (sender, receiver) = futures::channel::oneshot::channel();
    let mut waiting = Box::pin(wait(&thread, receiver));
    assert!(poll_once(&mut waiting).is_pending());
    let (held, fate) = probe();
    let behind = asyncify!(move || {
        drop(held);
        thread_id()
    })
    .executor(&thread)
    .spawn();
    assert_eq!(fate.now(), None);
    sender.send(()).unwrap();
    assert_eq!(block_on(waiting), block_on(behind).unwrap());
}

#[test]
fn dedicated_thread_finishes_what_is_queued_when_it_is_dropped() {
    let thread = DedicatedThread::new("alone").unwrap();
    let (sender, receiver) = mpsc::channel();
    for number in 0..5 {
        let sender = sender.clone();
        drop(BlockingCall::new(move || sender.send(number).unwrap()).executor(&thread).spawn());
    }
    drop((thread, sender));
    let mut seen = Vec::new();
    while let Ok(number) = receiver.recv_timeout(FOREVER) {
        seen.push(number);
    }
    assert_eq!(seen, [0, 1, 2, 3, 4]);
}

#[test]
fn handle_of_tokio_runs_on_its_blocking_threads() {
    for runtime in [current_thread(), multi_thread()] {
        let handle = runtime.handle().clone();
        let expected = Some(handle.id());
        let seen = runtime.block_on(async {
            asyncify!(|| tokio::runtime::Handle::try_current().ok().map(|handle| handle.id()))
                .executor(&handle)
                .await
        });
        assert_eq!(seen, expected);
        assert_ne!(runtime.block_on(on(&handle)), thread_id());
    }
}

/// Otherwise the clock would jump to the end of the sleep, as nothing else is left to do.
#[test]
fn paused_clock_of_tokio_waits_for_a_call_on_its_handle() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let handle = runtime.handle().clone();
    let gate = Gate::new();
    let body = gate.clone();
    let opening = thread::spawn({
        let gate = gate.clone();
        move || {
            gate.wait_for(1);
            gate.open();
        }
    });
    runtime.block_on(async {
        let start = tokio::time::Instant::now();
        tokio::select! {
            () = tokio::time::sleep(std::time::Duration::from_secs(4000)) => {
                unreachable!("the clock jumped")
            }
            () = asyncify!(move || body.pass()).executor(&handle) => {}
        }
        assert_eq!(start.elapsed(), std::time::Duration::ZERO);
    });
    opening.join().unwrap();
}

#[test]
fn handle_of_a_stopped_tokio_cancels() {
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let (held, fate) = probe();
    let call = BlockingCall::new(move || drop(held)).executor(&handle).spawn();
    assert!(block_on(call).unwrap_err().is_cancelled());
    assert!(fate.now().is_some());
}

#[test]
fn cpu_is_a_pool_of_its_own_with_a_thread_a_core() {
    let cores = thread::available_parallelism().unwrap().get();
    let gate = Gate::new();
    let handles: Vec<_> = (0..cores + 2)
        .map(|_| {
            let gate = gate.clone();
            asyncify!(move || gate.pass()).executor(cpu()).spawn()
        })
        .collect();
    gate.wait_for(cores);
    assert_eq!(cpu().metrics().threads, cores);
    // The global pool does not wait for them.
    assert_eq!(block_on(async { asyncify!(|| 1).await }), 1);
    assert_eq!(gate.arrived(), cores);
    gate.open();
    join_all(handles);
}

#[test]
fn executors_can_be_held_in_every_way() {
    #[sync_to_async(executor = &executor.clone())]
    fn chosen(executor: Arc<dyn Executor>) -> thread::ThreadId {
        drop(executor);
        thread_id()
    }

    let pool = one_thread();
    let expected = block_on(on(&pool));
    let boxed: Box<dyn Executor> = Box::new(pool.clone());
    let shared: Arc<dyn Executor> = Arc::new(pool.clone());
    let borrowed: &dyn Executor = &pool;
    assert_eq!(block_on(on(&boxed)), expected);
    assert_eq!(block_on(on(&shared)), expected);
    assert_eq!(block_on(on(&borrowed)), expected);
    assert_eq!(block_on(on(borrowed)), expected);

    assert_eq!(block_on(chosen(shared)), expected);
}

#[test]
fn executor_of_the_users_that_is_full_at_first_is_asked_again() {
    struct SecondTime(Mutex<u32>, BlockingPool);
    impl Executor for SecondTime {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            let mut asked = self.0.lock().unwrap();
            *asked += 1;
            if *asked == 1 {
                return Err(Rejected::full(job));
            }
            drop(asked);
            self.1.execute(job)
        }
    }
    let executor = SecondTime(Mutex::new(0), one_thread());
    assert_ne!(block_on(on(&executor)), thread_id());
    assert_eq!(*executor.0.lock().unwrap(), 2);
}
