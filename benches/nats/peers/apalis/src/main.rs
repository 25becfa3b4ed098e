//! apalis on Redis and on PostgreSQL: `apalis-peer redis|postgres URL WAIT CALLS TASKS`, and as a
//! worker `apalis-peer redis|postgres URL`. `WAIT` is the caller's pause in milliseconds between
//! two looks for a result, or `own` for the pause of apalis' `wait_for`.

use std::env;
use std::pin::pin;
use std::time::{Duration, Instant};

use apalis::layers::WorkerBuilderExt as _;
use apalis::prelude::*;
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_redis::RedisStorage;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};

/// Two numbers: 16 bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Add(u64, u64);

async fn add(Add(a, b): Add) -> Result<u64, BoxDynError> {
    Ok(a + b)
}

/// The worker looks for tasks this often; PostgreSQL tells it, too.
const WORKER_POLL: Duration = Duration::from_millis(1);
const CONCURRENCY: usize = 8;
/// How many tasks are fetched and acknowledged at once.
const BATCH: usize = 500;
/// How many tasks the caller pushes, and looks for, at once.
const CHUNK: usize = 500;

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["redis", url] => redis_worker(url).await,
        ["redis", url, wait, calls, tasks] => {
            measure(redis(url).await?, wait, calls.parse()?, tasks.parse()?).await
        }
        ["postgres", url] => postgres_worker(url).await,
        ["postgres", url, wait, calls, tasks] => {
            measure(postgres(url).await?, wait, calls.parse()?, tasks.parse()?).await
        }
        _ => Err("apalis-peer redis|postgres URL [WAIT CALLS TASKS]".into()),
    }
}

async fn redis(url: &str) -> Result<RedisStorage<Add>, BoxDynError> {
    let config = apalis_redis::Config::default().queue("add").batch_size(BATCH).emit_events(false);
    Ok(RedisStorage::new(apalis_redis::connect(url).await?).with_config(config))
}

async fn redis_worker(url: &str) -> Result<(), BoxDynError> {
    let backend = redis(url).await?.poll_with_interval(WORKER_POLL);
    let worker = WorkerBuilder::new("worker").backend(backend);
    Ok(worker.concurrency(CONCURRENCY).build(add).run().await?)
}

async fn postgres(url: &str) -> Result<PostgresStorage<Add>, BoxDynError> {
    let pool = PgPool::connect(url).await?;
    PostgresStorage::setup(&pool).await?;
    let config = apalis_postgres::Config::default().queue("add").batch_size(BATCH);
    Ok(PostgresStorage::new(&pool).with_config(config))
}

async fn postgres_worker(url: &str) -> Result<(), BoxDynError> {
    let backend = postgres(url).await?.with_pubsub().poll_with_interval(WORKER_POLL);
    let worker = WorkerBuilder::new("worker").backend(backend);
    Ok(worker.concurrency(CONCURRENCY).build(add).run().await?)
}

fn task(add: Add) -> (TaskId, Task<Add>) {
    let id = TaskId::from_ulid(ulid::Ulid::generate());
    (id.clone(), TaskBuilder::new(add).task_id(id).build())
}

async fn measure<B, K>(
    storage: B,
    wait: &str,
    calls: usize,
    tasks: usize,
) -> Result<(), BoxDynError>
where
    B: TaskSink<Add, K> + WaitForCompletion<u64> + Clone,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let mut storage = storage;
    let pause = (wait != "own").then(|| wait.parse()).transpose()?.map(Duration::from_millis);
    call(&mut storage, pause).await?;
    let mut times = Vec::new();
    for _ in 0..calls {
        let start = Instant::now();
        call(&mut storage, pause).await?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!("round trip: {:.3} ms", times[times.len() / 2].as_secs_f64() * 1e3);

    let start = Instant::now();
    let mut all = Vec::new();
    let numbers: Vec<u64> = (0..tasks as u64).collect();
    for numbers in numbers.chunks(CHUNK) {
        let (ids, tasks): (Vec<_>, Vec<_>) = numbers.iter().map(|n| task(Add(*n, 0))).unzip();
        storage.push_all(&mut futures::stream::iter(tasks)).await?;
        all.push(ids);
    }
    let mut sum = 0;
    for mut ids in all {
        while !ids.is_empty() {
            let done = storage.check_status(ids.iter().cloned()).await?;
            if done.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            for result in done {
                let id = result.task_id().to_string();
                ids.retain(|other| other.to_string() != id);
                sum += result.take()?;
            }
        }
    }
    assert_eq!(sum, numbers.iter().sum::<u64>());
    println!("throughput: {:.0} tasks/s", tasks as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

/// One call, whose result is awaited.
async fn call<B, K>(storage: &mut B, pause: Option<Duration>) -> Result<(), BoxDynError>
where
    B: TaskSink<Add, K> + WaitForCompletion<u64>,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let (id, task) = task(Add(u64::MAX / 2, 1));
    storage.push_task(task).await?;
    let result = match pause {
        None => pin!(storage.wait_for_single(id)).next().await.ok_or("no result")??,
        Some(pause) => loop {
            if let Some(result) = storage.check_status([id.clone()]).await?.pop() {
                break result;
            }
            tokio::time::sleep(pause).await;
        },
    };
    assert_eq!(result.take()?, u64::MAX / 2 + 1);
    Ok(())
}
