//! std::process::Command: the lines of a child process as they come. The child is killed when its
//! caller gives up. The arguments are a time in milliseconds, and the command.

use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use asyncify_runtime::{Unblock, asyncify, is_cancelled};
use futures::{AsyncBufReadExt, StreamExt};

/// Kills the child when it is dropped, so that it does not outlive its caller.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // A child that has ended is not an error; `wait` removes its entry from the process table.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Prints the lines of a command, and returns its exit code.
async fn run(mut command: Command) -> io::Result<Option<i32>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    // Also if the caller gives up while the child is started.
    let mut child = asyncify!(|| command.spawn().map(Killed)).await?;
    let stdout = child.0.stdout.take().expect("it is piped");
    let mut lines = Unblock::new(stdout).lines();
    while let Some(line) = lines.next().await {
        println!("| {}", line?);
    }
    // Its output has ended, and usually so has the child.
    asyncify!(|| {
        while !is_cancelled() {
            if let Some(status) = child.0.try_wait()? {
                return Ok(status.code());
            }
            thread::sleep(Duration::from_millis(10));
        }
        // The caller is gone, and the child is killed here.
        Err(io::ErrorKind::Interrupted.into())
    })
    .await
}

// Waits for the calls whose callers have given up.
#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let time = arguments.next().and_then(|time| time.parse().ok()).expect("how many milliseconds?");
    let mut command = Command::new(arguments.next().expect("which command?"));
    command.args(arguments);

    match tokio::time::timeout(Duration::from_millis(time), run(command)).await {
        Ok(code) => println!("exit code: {:?}", code?),
        Err(_) => println!("killed"),
    }
    Ok(())
}
