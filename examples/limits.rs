//! How do I limit how many calls of a function run at once, and how long? With `limit` and
//! `timeout` on the function. The time-out needs an error to return.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::{io, thread};

use asyncify_runtime::{Error, Phase, sync_to_async};
use futures::future::join_all;

// ANCHOR: ask
/// Converts from every error; your own error type needs `From<asyncify_runtime::Error>`.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The server accepts only two connections; further callers wait without a thread.
#[sync_to_async(limit = 2, timeout = "400ms")]
fn ask(server: SocketAddr, question: &str) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(server)?;
    writeln!(stream, "{question}")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
// ANCHOR_END: ask

static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Answers in capitals, but never answers a question that starts with "when".
fn serve(mut stream: TcpStream) -> io::Result<()> {
    MOST.fetch_max(CONNECTIONS.fetch_add(1, SeqCst) + 1, SeqCst);
    let mut question = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut question)?;
    CONNECTIONS.fetch_sub(1, SeqCst);
    if question.starts_with("when") {
        // Keeps the connection open until the program ends.
        std::mem::forget(stream);
        return Ok(());
    }
    stream.write_all(question.to_uppercase().as_bytes())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });

    let answers = join_all((0..20).map(|_| ask(server, "who is there?"))).await;
    let good = answers.iter().flatten().filter(|answer| *answer == "WHO IS THERE?").count();
    println!("{good} answers, by at most {} connections", MOST.load(SeqCst));

    // ANCHOR: late
    let late = ask(server, "when is it over?").await.expect_err("it never answers that");
    match late.downcast_ref() {
        Some(Error::TimedOut { phase: Phase::Run, after }) => {
            println!("no answer within {after:?}");
        }
        _ => println!("unexpected: {late}"),
    }
    // ANCHOR_END: late
    Ok(())
}
