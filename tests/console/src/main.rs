//! A program that does a little of everything until its standard input is closed. It prints the
//! address of its console when all of it can be seen there.

use std::error::Error;
use std::io::Read;
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use asyncify_runtime::console::Console;
use asyncify_runtime::observe::Registry;
use asyncify_runtime::{
    BlockingPool, Limiter, Shutdown, TaskGroup, Watchdog, process, sync_to_async,
};
use tokio::task::yield_now;
use tokio::time::timeout;

/// Far longer than the program takes to get ready.
const LONG: Duration = Duration::from_secs(90);

static DECODER: LazyLock<process::Pool> = LazyLock::new(|| {
    process::Pool::builder()
        .name("decoder")
        .max_workers(2)
        .build()
        .expect("`main` has called `init`")
});

#[sync_to_async(executor = pool)]
fn slow_query(pool: &BlockingPool, time: Duration) {
    let _ = pool;
    thread::sleep(time);
}

#[sync_to_async(process(pool = &DECODER))]
fn square(number: u64) -> Result<u64, asyncify_runtime::Error> {
    Ok(number * number)
}

#[sync_to_async(process(pool = &DECODER))]
fn decode_for_ever() -> Result<(), asyncify_runtime::Error> {
    loop {
        thread::park();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    process::init();
    let disk = BlockingPool::builder().name("disk").max_threads(3).metrics(true).build()?;
    let api = Limiter::new(2);
    let watchdog = Watchdog::builder().threshold(Duration::from_millis(20)).build();
    let registry = Registry::new();
    registry
        // Would be markup if it became part of the page as it is.
        .pool("disk <b>&amp;", &disk)
        .limiter("api", &api)
        .process_pool("decoder", &DECODER)
        .watchdog("event loop", &watchdog);
    let console = Console::bind(&registry, "127.0.0.1:0")?;

    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (end, ended) = mpsc::channel::<()>();
    let held = runtime.block_on(async {
        for _ in 0..4 {
            slow_query(&disk, Duration::from_millis(10)).await;
        }
        // Three jobs run until the end, and four wait.
        let jobs: Vec<_> = (0..7).map(|_| disk.spawn(|| thread::park_timeout(LONG))).collect();
        let mut group = TaskGroup::with_executor(BlockingPool::builder().name("unnamed").build()?);
        registry.group("thumbnails", &mut group);
        group.extend((0..5).map(|number| move || number));
        while group.join_next().await.is_some() {}

        let permits = (api.acquire().await, api.acquire().await);
        let waiting = tokio::spawn({
            let api = api.clone();
            async move { futures::future::join_all((0..3).map(|_| api.acquire())).await }
        });

        for number in 0..6 {
            square(number).await?;
        }
        let decoding = tokio::spawn(decode_for_ever());

        let blocked = watchdog.watch(async move { ended.recv() }).named("block_the_loop");
        let blocked = tokio::spawn(blocked);
        let ready = async {
            loop {
                let snapshot = registry.snapshot();
                let is_ready = snapshot.pools[0].metrics.running == 3
                    && snapshot.limiters[0].metrics.waiting == 3
                    && snapshot.process_pools[0].metrics.running == 1
                    && snapshot.watchdogs[0].metrics.stalled == 1;
                if is_ready {
                    return;
                }
                yield_now().await;
            }
        };
        timeout(LONG, ready).await.map_err(|_| format!("not ready: {:#?}", registry.snapshot()))?;
        Ok::<_, Box<dyn Error>>((jobs, group, permits, waiting, decoding, blocked))
    })?;

    println!("{}", console.local_addr());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop((end, console));
    runtime.block_on(DECODER.shutdown(Shutdown::Discard));
    runtime.shutdown_background();
    drop(held);
    Ok(())
}
