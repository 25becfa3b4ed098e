//! Without features, on the plain executor of `futures`: no async runtime anywhere.

use std::process::Command;
use std::thread;

use asyncify_runtime::{BlockingPool, DedicatedThread, Inline, Shutdown, asyncify, sync_to_async};
use futures::channel::mpsc;
use futures::executor::block_on;
use futures::{SinkExt, StreamExt};

#[sync_to_async]
fn sync(text: &str) -> (usize, thread::ThreadId) {
    (text.len(), thread::current().id())
}

#[sync_to_async]
async fn sum(mut input: mpsc::Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(number) = input.next().await {
        sum += number;
    }
    sum
}

#[test]
fn functions_run_on_the_pool() {
    let (length, worker) = block_on(sync("abc"));
    assert_eq!(length, 3);
    assert_ne!(worker, thread::current().id());
    assert_eq!(block_on(async { asyncify!("7".parse::<u8>()).await }), Ok(7));
}

#[test]
fn async_bodies_are_driven_without_a_runtime() {
    let (mut sender, receiver) = mpsc::channel(0);
    let feed = async move {
        for number in 1..=4 {
            sender.send(number).await.unwrap();
        }
    };
    let (sum, ()) = block_on(async { futures::join!(sum(receiver), feed) });
    assert_eq!(sum, 10);
}

/// As with the feature `tokio`: see `tests/it/control/waits.rs`.
#[test]
fn async_code_may_wait_too() {
    let waits = || asyncify_runtime::block_on(asyncify!(|| 5));
    assert_eq!(block_on(async { waits() }), 5);
    assert_eq!(block_on(async { asyncify!({ waits() }).executor(&Inline).await }), 5);
}

#[test]
fn executors_and_shutdown_work() {
    block_on(async {
        let pool = BlockingPool::builder().max_threads(1).build().unwrap();
        let alone = DedicatedThread::new("alone").unwrap();
        assert_eq!(asyncify!(|| 1).executor(&pool).await, 1);
        assert_eq!(asyncify!(|| 2).executor(&alone).await, 2);
        assert_eq!(asyncify!(|| 3).executor(&Inline).await, 3);
        pool.shutdown(Shutdown::Drain).await;
        assert!(pool.spawn(|| ()).await.unwrap_err().is_rejected());
    });
}

#[test]
fn no_async_runtime_is_pulled_in() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "asyncify-runtime", "--no-default-features"])
        .args(["--features", "macros", "--edges", "normal", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.starts_with("asyncify-runtime "));
    for runtime in ["tokio", "async-std", "smol", "async-executor", "futures-executor", "tracing"] {
        assert!(!tree.lines().any(|line| line.split(' ').next() == Some(runtime)), "{tree}");
    }
}
