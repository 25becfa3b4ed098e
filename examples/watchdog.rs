//! Which task blocks my event loop, and where?

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use asyncify_runtime::{Watchdog, asyncify};

/// A sync helper, which sleeps between two attempts.
fn connect(address: std::net::SocketAddr) -> io::Result<TcpStream> {
    for _ in 0..3 {
        if let Ok(stream) = TcpStream::connect(address) {
            return Ok(stream);
        }
        std::thread::sleep(Duration::from_millis(100)); // compiles, but blocks the event loop
    }
    TcpStream::connect(address)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let (sender, reports) = mpsc::channel();
    let over = sender.clone();
    // ANCHOR: watchdog
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(50))
        // Called while the task blocks. The default, with the feature `tracing`, is an event.
        .on_stall(move |stall| drop(sender.send(format!("stuck: {stall}"))))
        .on_stall_over(move |stall| drop(over.send(format!("over: {stall}"))))
        .build();
    // ANCHOR_END: watchdog

    // The address of a listener that was closed.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;

    // ANCHOR: task
    let task = watchdog.watch(async move { connect(address) }).named("poller");
    println!("poller: {:?}", tokio::spawn(task).await?.map_err(|error| error.kind()));
    // ANCHOR_END: task
    for report in reports.recv().into_iter().chain(reports.recv()) {
        println!("{report}");
    }

    // The remedy: the same call, on a thread that may block.
    let task = async move { asyncify!(connect(address)).await };
    let task = watchdog.watch(task).named("cured");
    println!("cured: {:?}", tokio::spawn(task).await?.map_err(|error| error.kind()));
    println!("{} more reports", reports.try_iter().count());
    Ok(())
}
