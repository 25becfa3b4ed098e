//! `async fn`s whose bodies block: made and driven on the pool, on the caller's runtime.

use std::thread::{self, ThreadId};
use std::time::Duration;

use asyncify_runtime::sync_to_async;
use asyncify_tests::{FOREVER, Gate, Probe, block_on, poll_once, probe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use crate::{current_thread, multi_thread};

#[sync_to_async]
async fn threads() -> [ThreadId; 2] {
    let before = thread::current().id();
    tokio::task::yield_now().await;
    [before, thread::current().id()]
}

#[test]
fn body_stays_on_one_pool_thread_across_its_awaits() {
    for runtime in [current_thread(), multi_thread()] {
        let [before, after] = runtime.block_on(threads());
        assert_eq!(before, after);
        assert_ne!(before, thread::current().id());
    }
}

/// The body blocks its thread until another task of the same event loop has run.
#[test]
fn blocking_async_body_does_not_delay_other_tasks() {
    #[sync_to_async]
    async fn block(ticks: std::sync::mpsc::Receiver<()>) -> usize {
        (0..3).map(|_| ticks.recv_timeout(FOREVER)).take_while(Result::is_ok).count()
    }

    current_thread().block_on(async {
        let (sender, receiver) = std::sync::mpsc::channel();
        let other = tokio::spawn(async move {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                sender.send(()).unwrap();
            }
        });
        assert_eq!(block(receiver).await, 3);
        other.await.unwrap();
    });
}

#[test]
fn body_awaits_timers_and_channels_of_its_caller() {
    #[sync_to_async]
    async fn relay(mut input: mpsc::Receiver<u32>, output: oneshot::Sender<u32>) {
        let mut sum = 0;
        while let Some(number) = input.recv().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
            sum += number;
        }
        output.send(sum).unwrap();
    }

    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let (input, receiver) = mpsc::channel(1);
            let (sender, output) = oneshot::channel();
            let feed = tokio::spawn(async move {
                for number in 1..=4 {
                    input.send(number).await.unwrap();
                }
            });
            relay(receiver, sender).await;
            assert_eq!(output.await.unwrap(), 10);
            feed.await.unwrap();
        });
    }
}

#[test]
fn body_awaits_input_and_output_of_its_caller() {
    #[sync_to_async]
    async fn echo(listener: tokio::net::TcpListener) -> std::io::Result<u8> {
        let (mut stream, _) = listener.accept().await?;
        let byte = stream.read_u8().await?;
        stream.write_u8(byte + 1).await?;
        Ok(byte)
    }

    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let client = async {
                let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
                stream.write_u8(7).await.unwrap();
                stream.read_u8().await.unwrap()
            };
            let (served, answer) = tokio::join!(echo(listener), client);
            assert_eq!((served.unwrap(), answer), (7, 8));
        });
    }
}

#[test]
fn tasks_that_the_body_spawns_outlive_the_call() {
    #[sync_to_async]
    async fn leaves_a_task(start: oneshot::Receiver<u8>) -> tokio::task::JoinHandle<u8> {
        tokio::spawn(async move { start.await.unwrap() + 1 })
    }

    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let (sender, receiver) = oneshot::channel();
            let task = leaves_a_task(receiver).await;
            sender.send(1).unwrap();
            assert_eq!(task.await.unwrap(), 2);
        });
    }
}

#[test]
fn cancelled_body_stops_where_it_waits() {
    #[sync_to_async]
    async fn wait(started: oneshot::Sender<ThreadId>, held: Probe) {
        started.send(thread::current().id()).unwrap();
        std::future::pending::<()>().await;
        drop(held);
    }

    for runtime in [current_thread(), multi_thread()] {
        let (held, fate) = probe();
        let worker = runtime.block_on(async {
            let (sender, started) = oneshot::channel();
            tokio::select! {
                () = wait(sender, held) => unreachable!("it waits for ever"),
                worker = started => worker.unwrap(),
            }
        });
        assert_eq!(fate.wait(), worker);
    }
}

#[test]
fn body_runs_without_any_runtime() {
    #[sync_to_async]
    async fn relay(mut input: futures::channel::mpsc::Receiver<u32>) -> u32 {
        use futures::StreamExt;
        let mut sum = 0;
        while let Some(number) = input.next().await {
            sum += number;
        }
        sum
    }

    let feed = |mut sender: futures::channel::mpsc::Sender<u32>| {
        thread::spawn(move || {
            use futures::SinkExt;
            for number in 1..=4 {
                block_on(sender.send(number)).unwrap();
            }
        })
    };
    let (sender, receiver) = futures::channel::mpsc::channel(0);
    let feeding = feed(sender);
    assert_eq!(block_on(relay(receiver)), 10);
    feeding.join().unwrap();

    let (sender, receiver) = futures::channel::mpsc::channel(0);
    let feeding = feed(sender);
    assert_eq!(futures::executor::block_on(relay(receiver)), 10);
    feeding.join().unwrap();
}

#[test]
fn unrelated_unpark_is_not_taken_for_a_result() {
    #[sync_to_async]
    async fn waits(started: std::sync::mpsc::Sender<thread::Thread>, gate: Gate) -> u8 {
        let (sender, receiver) = futures::channel::oneshot::channel();
        started.send(thread::current()).unwrap();
        let sending = thread::spawn(move || {
            gate.pass();
            sender.send(7).unwrap();
        });
        let value = receiver.await.unwrap();
        sending.join().unwrap();
        value
    }
    let (sender, started) = std::sync::mpsc::channel();
    let gate = Gate::new();
    let mut call = Box::pin(waits(sender, gate.clone()));
    assert!(poll_once(&mut call).is_pending());
    let worker = started.recv_timeout(FOREVER).unwrap();
    for _ in 0..100 {
        worker.unpark();
        asyncify_tests::moment();
    }
    gate.open();
    assert_eq!(block_on(call), 7);
}
