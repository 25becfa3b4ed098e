//! What if an `async fn` blocks between its awaits? Annotate it: its future is created
//! and polled on the pool, in the caller's tokio runtime, and need not be `Send`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::{env, fs, process};

use asyncify_runtime::sync_to_async;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

// ANCHOR: record
/// Awaits lines from a socket, and blocks until each line is on disk.
#[sync_to_async]
async fn record(stream: TcpStream, path: &Path) -> io::Result<usize> {
    // An `Rc` is held across an await, so this future itself could not be spawned.
    let file = Rc::new(File::create(path)?);
    let mut lines = BufReader::new(stream).lines();
    let mut count = 0;
    while let Some(line) = lines.next_line().await? {
        writeln!(&*file, "{line}")?;
        file.sync_all()?;
        count += 1;
    }
    Ok(count)
}
// ANCHOR_END: record

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("asyncify-record-{}", process::id()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut sender = TcpStream::connect(listener.local_addr()?).await?;
    let (receiver, _) = listener.accept().await?;

    // The async function's future is `Send`, so it can be spawned.
    let target = path.clone();
    let recording = tokio::spawn(async move { record(receiver, &target).await });
    for number in 1..=20 {
        sender.write_all(format!("measurement {number}\n").as_bytes()).await?;
    }
    sender.shutdown().await?;

    println!("recorded {} lines", recording.await??);
    println!("last: {}", fs::read_to_string(&path)?.lines().last().unwrap_or_default());
    fs::remove_file(&path)
}
