//! How do I make a trait async if its implementations block? Annotate the trait and each
//! implementation: the bodies stay sync, callers await, and every future is `Send`.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use asyncify_runtime::sync_to_async;

// ANCHOR: source
/// A source of texts.
#[sync_to_async]
trait Source {
    fn fetch(&self) -> io::Result<String>;

    /// Default bodies run on the pool as well.
    fn name(&self) -> String
    where
        Self: Clone + Send + Sync + 'static,
    {
        std::any::type_name::<Self>().rsplit("::").next().unwrap_or_default().to_owned()
    }
}

#[derive(Clone)]
struct FileSource(PathBuf);

#[sync_to_async]
impl Source for FileSource {
    fn fetch(&self) -> io::Result<String> {
        fs::read_to_string(&self.0)
    }
}
// ANCHOR_END: source

#[derive(Clone)]
struct SocketSource(SocketAddr);

#[sync_to_async]
impl Source for SocketSource {
    fn fetch(&self) -> io::Result<String> {
        let mut text = String::new();
        TcpStream::connect(self.0)?.read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Spawns a task, which requires that the futures are `Send`.
fn describe<S>(source: S) -> tokio::task::JoinHandle<io::Result<String>>
where
    S: Source + Clone + Send + Sync + 'static,
{
    tokio::spawn(async move {
        let text = source.fetch().await?;
        Ok(format!("{}: {} bytes", source.name().await, text.len()))
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || listener.accept()?.0.write_all(b"hello over the wire"));

    let file = describe(FileSource(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()));
    let socket = describe(SocketSource(address));
    println!("{}", file.await??);
    println!("{}", socket.await??);
    server.join().expect("the server does not panic")
}
