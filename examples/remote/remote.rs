//! How does work leave the machine of the web server? A handler awaits a function that unpacks
//! untrusted uploads with a C library; each call is a task in a queue, and two workers run the
//! tasks, in processes that may take 256 MiB and 2 seconds each. Prints what the client got for
//! each upload.
//!
//!     cargo run --example remote
//!
//! The engine is the embedded one, so that nothing is to be installed: the workers are in this
//! program.

mod decoder;
mod web;

use std::time::Instant;

use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Engine, Local, Worker};
use asyncify_runtime::{Error, Shutdown};
use futures::future::join_all;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[asyncify_runtime::main]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Local::new();
    remote::install(engine.clone())?;

    let (stop, stopped) = watch::channel(());
    let workers: Vec<_> = ["first", "second"]
        .map(|name| tokio::spawn(work(name, engine.clone(), stopped.clone())))
        .into();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(web::serve(listener));

    println!("{:<28} {:>9}  answer", "upload", "after");
    let answers = decoder::uploads().into_iter().map(async |(name, file)| {
        let began = Instant::now();
        (name, web::post(address, &file).await, began.elapsed())
    });
    for (name, answer, took) in join_all(answers).await {
        println!("{name:<28} {:>6} ms  {}", took.as_millis(), answer?);
    }

    server.abort();
    stop.send(())?;
    for worker in workers {
        println!("{}", worker.await??);
    }
    println!("dead letters: {}", engine.dead_letters().len());
    Ok(())
}

/// One worker, until the program stops; says what it has done. On another machine this would be all
/// of `main`.
async fn work(
    name: &str,
    engine: impl Engine,
    mut stopped: watch::Receiver<()>,
) -> Result<String, Error> {
    // ANCHOR: worker
    let pool = Pool::builder().name(name).max_workers(2).memory_limit(256 << 20).build()?;
    let worker = Worker::new(engine)
        .name(name)
        .queues(["uploads"])
        .concurrency(2)
        .in_processes(pool.clone());
    // An error means that the sender is gone, which is the end as well.
    worker.serve_until(async { drop(stopped.changed().await) }).await?;
    // ANCHOR_END: worker
    let metrics = worker.metrics();
    pool.shutdown(Shutdown::Drain).await;
    let done = &metrics.done;
    Ok(format!(
        "the {name} worker: {} ended, {} of them killed",
        done.total(),
        done.timed_out + done.crashed
    ))
}
