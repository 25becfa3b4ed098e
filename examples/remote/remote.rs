//! How does work leave the machine of the web server? A handler awaits a function that unpacks
//! untrusted uploads with a C library; each call is a task in a queue, and two workers run the
//! tasks, in processes that may take 256 MiB and 2 seconds each. Prints what the client got for
//! each upload.
//!
//!     cargo run --example remote
//!     cargo run --example remote -- --nats nats://localhost:4222
//!
//! The engine of the first is the embedded one, so that nothing is to be installed: the workers are
//! in this program. The second stores the tasks in a server (`nats-server -js`), and starts two
//! worker programs; they could as well run on other machines: `remote --nats URL --worker NAME`.

mod decoder;
mod web;

use std::env;
use std::error::Error as StdError;
use std::process::Stdio;
use std::time::Instant;

use asyncify_nats::Nats;
use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Engine, Local, Worker};
use asyncify_runtime::{Error, Shutdown};
use futures::future::join_all;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::watch;

const WORKERS: [&str; 2] = ["first", "second"];

#[asyncify_runtime::main]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => in_this_program().await,
        ["--nats", url] => in_worker_programs(url).await,
        ["--nats", url, "--worker", name] => {
            println!("{}", work(name, connect(url).await?, end_of_input()).await?);
            Ok(())
        }
        _ => Err("usage: remote [--nats URL [--worker NAME]]".into()),
    }
}

async fn in_this_program() -> Result<(), Box<dyn StdError>> {
    let engine = Local::new();
    remote::install(engine.clone())?;
    let (stop, stopped) = watch::channel(());
    let workers = WORKERS.map(|name| {
        let mut stopped = stopped.clone();
        // An error means that the sender is gone, which is the end as well.
        let stopped = async move { drop(stopped.changed().await) };
        tokio::spawn(work(name, engine.clone(), stopped))
    });
    answer_uploads().await?;
    drop(stop);
    for worker in workers {
        println!("{}", worker.await??);
    }
    println!("dead letters: {}", engine.dead_letters().len());
    Ok(())
}

async fn in_worker_programs(url: &str) -> Result<(), Box<dyn StdError>> {
    let engine = connect(url).await?;
    remote::install(engine.clone())?;
    let mut workers = Vec::new();
    for name in WORKERS {
        let mut program = Command::new(env::current_exe()?);
        program.args(["--nats", url, "--worker", name]).stdin(Stdio::piped()).kill_on_drop(true);
        workers.push(program.spawn()?);
    }
    answer_uploads().await?;
    for mut worker in workers {
        // `wait` closes its input.
        worker.wait().await?;
    }
    println!("dead letters: {}", engine.dead_letters(100).await?.len());
    Ok(())
}

async fn connect(url: &str) -> Result<Nats, Error> {
    Nats::builder(url).namespace("asyncify-example").connect().await
}

async fn end_of_input() {
    // An error is an end, too.
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
}

/// Runs a web server, sends it all uploads, and prints the answers.
async fn answer_uploads() -> Result<(), Box<dyn StdError>> {
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
    Ok(())
}

/// One worker, until it is stopped; says what it has done.
async fn work(
    name: &str,
    engine: impl Engine,
    stopped: impl Future<Output = ()>,
) -> Result<String, Error> {
    // ANCHOR: worker
    let pool = Pool::builder().name(name).max_workers(2).memory_limit(256 << 20).build()?;
    let worker = Worker::new(engine)
        .name(name)
        .queues(["uploads"])
        .concurrency(2)
        .in_processes(pool.clone());
    worker.serve_until(stopped).await?;
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
