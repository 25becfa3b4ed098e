//! `async_to_sync`: the sync face of an async function, in a body and outside of any.

use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::thread::{self, ThreadId};
use std::time::Duration;

use asyncify_runtime::{async_to_sync, asyncify, sync_to_async};
use asyncify_tests::{block_on, panic_text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

use crate::{current_thread, multi_thread};

#[async_to_sync]
async fn runtime_id() -> tokio::runtime::Id {
    tokio::time::sleep(Duration::from_millis(1)).await;
    Handle::current().id()
}

#[test]
fn body_uses_the_runtime_of_its_caller() {
    for runtime in [current_thread(), multi_thread()] {
        let seen = runtime.block_on(async { asyncify!(runtime_id()).await });
        assert_eq!(seen, runtime.handle().id());
    }
}

#[test]
fn plain_thread_uses_the_runtime_that_it_entered() {
    let runtime = multi_thread();
    let _entered = runtime.enter();
    assert_eq!(runtime_id(), runtime.handle().id());
    let handle = runtime.handle().clone();
    let foreign = thread::spawn(move || {
        let _entered = handle.enter();
        runtime_id()
    });
    assert_eq!(foreign.join().unwrap(), runtime.handle().id());
}

#[async_to_sync]
async fn where_tasks_run() -> (tokio::runtime::Id, ThreadId) {
    let task = tokio::spawn(async { thread::current().id() });
    (Handle::current().id(), task.await.unwrap())
}

#[test]
fn plain_threads_share_one_background_runtime() {
    let all = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let all = all.clone();
            thread::spawn(move || {
                all.wait();
                where_tasks_run()
            })
        })
        .collect();
    let mut seen: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    seen.dedup();
    assert_eq!(seen.len(), 1, "one runtime, on one thread");
    assert_ne!(seen[0].1, thread::current().id());
    assert!(Handle::try_current().is_err(), "nothing is left behind on the caller");
}

#[async_to_sync]
async fn shout(text: &str) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let answer = async {
        let (mut stream, _) = listener.accept().await?;
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await?;
        Ok(heard.to_uppercase())
    };
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(text.as_bytes()).await
    };
    tokio::try_join!(answer, ask).map(|(heard, ())| heard)
}

#[test]
fn background_runtime_has_sockets() {
    assert_eq!(shout("hello").unwrap(), "HELLO");
}

#[test]
fn body_without_a_runtime_uses_the_background_too() {
    let (in_body, outside) = (block_on(asyncify!(runtime_id())), runtime_id());
    assert_eq!(in_body, outside);
}

#[test]
fn async_code_is_told_to_await() {
    for runtime in [current_thread(), multi_thread()] {
        let main = catch_unwind(AssertUnwindSafe(|| runtime.block_on(async { runtime_id() })));
        let text = panic_text(&*main.expect_err("it would block the runtime"));
        assert!(text.contains("called in async code") && text.contains("`.await`"), "{text}");
        let task = runtime.block_on(async { tokio::spawn(async { runtime_id() }).await });
        let text = panic_text(&*task.unwrap_err().into_panic());
        assert!(text.contains("`.await`"), "{text}");
        // The runtime is none the worse.
        assert_eq!(
            runtime.block_on(async { asyncify!(runtime_id()).await }),
            runtime.handle().id()
        );
    }
}

#[test]
fn runtime_that_was_shut_down_is_a_panic_and_no_hang() {
    let runtime = multi_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let _entered = handle.enter();
    let text = panic_text(&*catch_unwind(runtime_id).expect_err("there are no timers"));
    assert!(text.contains("being shutdown"), "{text}");
}

#[async_to_sync]
async fn wait_for(message: tokio::sync::oneshot::Receiver<u8>) -> (u8, tokio::runtime::Id) {
    (message.await.expect("it is sent"), Handle::current().id())
}

/// Its timers stand still, but what others wake goes on.
#[test]
fn runtime_that_nobody_drives_locks_nothing_up() {
    let runtime = current_thread();
    let (sender, message) = tokio::sync::oneshot::channel();
    let entered = runtime.enter();
    let call = asyncify!(wait_for(message)).spawn();
    drop(entered);
    sender.send(7).unwrap();
    assert_eq!(block_on(call).unwrap(), (7, runtime.handle().id()));
}

#[derive(Debug, PartialEq)]
struct Odd(u32);

#[async_to_sync]
async fn half(number: u32) -> Result<u32, Odd> {
    let number = ready(number).await;
    assert_ne!(number, 13, "unlucky");
    if number % 2 == 1 {
        return Err(Odd(number));
    }
    let text = number.to_string();
    let number: u32 = text.parse().map_err(|_| Odd(0))?;
    Ok(number / 2)
}

#[test]
fn errors_and_panics_come_back() {
    assert_eq!(half(8), Ok(4));
    assert_eq!(half(7), Err(Odd(7)));
    assert!(panic_text(&*catch_unwind(|| half(13)).unwrap_err()).contains("unlucky"));
}

#[sync_to_async]
fn outer_body(depth: u32) -> Vec<ThreadId> {
    let mut threads = vec![thread::current().id()];
    threads.extend(inner_face(depth));
    threads
}

#[async_to_sync]
async fn inner_face(depth: u32) -> Vec<ThreadId> {
    let mut threads = vec![thread::current().id()];
    if depth > 0 {
        threads.extend(Box::pin(outer_body(depth - 1)).await);
    }
    threads
}

#[test]
fn layers_of_sync_and_async_each_run_on_their_threads() {
    let runtime = current_thread();
    let threads = runtime.block_on(outer_body(3));
    assert_eq!(threads.len(), 8);
    for layer in threads.chunks(2) {
        assert_eq!(layer[0], layer[1], "the face is driven on the thread of its body");
        assert_ne!(layer[0], thread::current().id());
    }
}

struct Counter {
    count: u32,
}

#[async_to_sync(suffix = "_blocking")]
#[allow(clippy::unused_async, reason = "what a function awaits is not what is tested")]
impl Counter {
    async fn new(count: u32) -> Self {
        ready(Self { count }).await
    }

    /// Borrows, and lends on.
    async fn add<'a>(&'a mut self, by: &[u32], (twice, _): (bool, u8)) -> &'a mut u32 {
        self.count += ready(by.iter().sum::<u32>()).await * (1 + u32::from(twice));
        &mut self.count
    }

    async fn into_text<const N: usize, T: ToString>(mut self, more: [T; N]) -> String {
        self.count += 1;
        let more = more.iter().map(ToString::to_string);
        std::iter::once(self.count.to_string()).chain(more).collect()
    }

    async unsafe fn trusted(&self, #[cfg(any())] _never: u8, #[cfg(not(any()))] by: u32) -> u32 {
        self.count + by
    }

    fn get(&self) -> u32 {
        self.count
    }

    #[async_to_sync(skip)]
    async fn stays(&self) -> u32 {
        self.get()
    }

    #[async_to_sync(rename = "peek")]
    async fn look(self: Arc<Self>) -> u32 {
        self.stays().await
    }
}

#[test]
fn counterparts_stand_beside_their_async_functions() {
    let mut counter = Counter::new_blocking(1);
    *counter.add_blocking(&[2], (true, 0)) += 10;
    assert_eq!(counter.get(), 15);
    // SAFETY: there is nothing to trust in.
    assert_eq!(unsafe { counter.trusted_blocking(1) }, 16);
    assert_eq!(Arc::new(Counter { count: 3 }).peek(), 3);
    assert_eq!(counter.into_text_blocking(["a", "b"]), "16ab");
    block_on(async {
        let mut counter = Counter::new(1).await;
        assert_eq!(*counter.add(&[1, 1], (false, 0)).await, 3);
        // SAFETY: there is nothing to trust in.
        assert_eq!(unsafe { counter.trusted(1).await }, 4);
        assert_eq!(counter.into_text([5]).await, "45");
        assert_eq!(Arc::new(Counter { count: 3 }).look().await, 3);
    });
}

#[async_to_sync(rename = "greet_blocking")]
async fn greet(name: impl AsRef<str>, mut greeting: String) -> impl Iterator<Item = char> {
    greeting.push_str(name.as_ref());
    ready(greeting.chars().collect::<Vec<_>>()).await.into_iter()
}

#[test]
fn free_functions_have_counterparts() {
    assert_eq!(greet_blocking("you", "hey ".to_owned()).collect::<String>(), "hey you");
    let greeting = block_on(async { greet("you", String::new()).await.count() });
    assert_eq!(greeting, 3);
}

trait Source {
    fn next(&mut self) -> Option<u8>;

    fn close(self) -> usize;
}

struct Bytes(Vec<u8>);

#[async_to_sync]
impl Source for Bytes {
    async fn next(&mut self) -> Option<u8> {
        ready(self.0.pop()).await
    }

    async fn close(self) -> usize {
        self.0.len()
    }
}

#[async_to_sync]
trait Greeter {
    async fn name(&self) -> String;

    async fn greet(&self) -> String {
        format!("hello {}", ready(self.name()).await)
    }
}

impl Greeter for u8 {
    fn name(&self) -> String {
        self.to_string()
    }
}

#[test]
fn sync_traits_are_implemented_by_async_code() {
    let mut bytes = Bytes(vec![1, 2]);
    assert_eq!(bytes.next(), Some(2));
    assert_eq!(bytes.close(), 1);
    assert_eq!(7.greet(), "hello 7");
    let greeter: &dyn Greeter = &8;
    assert_eq!(greeter.greet(), "hello 8");
}

#[async_to_sync]
async fn for_ever() -> ! {
    let () = ready(()).await;
    panic!("or not")
}

#[test]
fn never_stays_never() {
    let never: fn() -> ! = for_ever;
    assert!(catch_unwind(|| never()).is_err());
}
