//! How does blocking code call async code? With `block_on` inside a body, or through the sync
//! function that `async_to_sync` adds, which also works outside of any runtime.

use std::time::Duration;
use std::{io, thread};

use asyncify_runtime::{async_to_sync, block_on, sync_to_async};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

// ANCHOR: fetch
/// An async function; the attribute adds `fetch_blocking`.
#[async_to_sync(rename = "fetch_blocking")]
async fn fetch(address: &str, name: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(name.as_bytes()).await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
// ANCHOR_END: fetch

// ANCHOR: visit
/// A sync library function, which calls back for every name.
fn visit_names(text: &str, mut visit: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    text.split_whitespace().try_for_each(&mut visit)
}

/// The callback is sync too; it waits for the async function in the runtime of the body's caller.
#[sync_to_async]
fn greet_all(address: &str, names: &str) -> io::Result<Vec<String>> {
    let mut greetings = Vec::new();
    visit_names(names, |name| {
        greetings.push(fetch_blocking(address, name)?);
        block_on(tokio::time::sleep(Duration::from_millis(1)));
        Ok(())
    })?;
    Ok(greetings)
}
// ANCHOR_END: visit

async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut name = String::new();
        stream.read_to_string(&mut name).await?;
        stream.write_all(format!("hello {name}").as_bytes()).await?;
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(serve(listener));

    // Async code uses the async function.
    println!("async: {}", fetch(&address, "ann").await?);
    println!("in a body: {:?}", greet_all(&address, "ben cleo").await?);

    // A thread without a runtime uses the sync function.
    let plain = thread::spawn(move || fetch_blocking(&address, "dan"));
    println!("plain thread: {}", plain.join().expect("it does not panic")?);
    Ok(())
}
